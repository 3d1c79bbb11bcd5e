"""Rows of a training set, on the backend of a network, from which batches are taken."""

from __future__ import annotations

from numbers import Number
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array

from xpnet.backends import Array, asarray
from xpnet.errors import DataError, ShapeError
from xpnet.networks import Network
from xpnet.sklearn.sparse import stays_sparse

__all__ = ["Batch", "Rows", "checked_weights"]


class Batch(NamedTuple):
    """Some rows, their targets, and their weights or None, as `Gradients` takes them."""

    x: Any
    t: Array
    weights: Array | None


class Rows:
    """A data set, placed once; sparse rows stay on the host.

    Parameters
    ----------
    net : Network
    x : numpy array or sparse matrix, shape (N, in)
    t : numpy array
        As the network's loss takes it: integer labels (N,), or targets (N, out).
    weights : numpy array, shape (N,), or None

    Attributes
    ----------
    count : int
        N.
    """

    def __init__(self, net: Network, x: Any, t: Any, weights: Any) -> None:
        self.count: int = x.shape[0]
        self._backend, self._dtype = net.backend, net.dtype
        self._x = x.tocsr() if issparse(x) else self._placed(x, net.dtype)
        self._t = self._placed(t, None if t.ndim == 1 else net.dtype)
        self._weights = None if weights is None else self._placed(weights, net.dtype)

    def whole(self) -> Batch:
        """All rows."""
        return Batch(self._usable(self._x), self._t, self._weights)

    def ordered(self, order: Any) -> Array:
        """An order of the rows, integers on the host, as `batch` takes it: one copy an epoch."""
        return order if issparse(self._x) else self._placed(order)

    def batch(self, index: Array) -> Batch:
        """The rows of a part of what `ordered` gave."""
        if issparse(self._x):
            x, index = self._usable(self._x[index]), self._placed(index)
            t = self._t[index]
        else:
            x, t = self._backend.gather(self._x, self._t, index, self._dtype)
        return Batch(x, t, None if self._weights is None else self._weights[index])

    def _placed(self, array: Any, dtype: Any = None) -> Array:
        # whole rows in memory, of which batches are taken
        return asarray(np.ascontiguousarray(array), dtype, self._backend.name)

    def _usable(self, x: Any) -> Any:
        """Rows in the network's dtype, dense unless it computes with sparse ones."""
        if not issparse(x):
            return x
        if stays_sparse(x, self._backend.name):
            return x.astype(self._dtype, copy=False)
        return self._placed(x.toarray(), self._dtype)


def checked_weights(caller: str, weights: Any, rows: int) -> Any:
    """Weights of rows as an array of floats, or None.

    Parameters
    ----------
    caller : str
        The class of the estimator.
    weights : array-like of shape (N,), a number, or None
    rows : int

    Raises
    ------
    ShapeError
        They are not one for each row.
    DataError
        All are 0.
    """
    if weights is None:
        return None
    if isinstance(weights, Number):
        weights = np.full(rows, weights)
    weights = check_array(
        weights, ensure_2d=False, dtype=["float64", "float32"], input_name="sample_weight"
    )
    if weights.shape != (rows,):
        raise ShapeError(
            f"{caller}: expected sample_weight to have the shape ({rows},), one for each row of X, "
            f"got {weights.shape}"
        )
    if not weights.any():
        raise DataError(f"{caller}: expected sample_weight to contain at least one non-zero number")
    return weights
