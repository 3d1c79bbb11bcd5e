"""Sparse rows in the first layer of a network, which stay sparse on NumPy."""

from __future__ import annotations

from typing import Any

from scipy.sparse import issparse

from xpnet.backends import Array
from xpnet.layers import Affine

__all__ = ["sparse_affine", "stays_sparse"]


def stays_sparse(x: Any, backend: str) -> bool:
    """Whether rows are computed with as a sparse matrix; on other backends they become dense."""
    return bool(issparse(x)) and backend == "numpy"


def sparse_affine(layer: Affine, x: Any) -> Array:
    """``y = x @ W + b`` of a sparse matrix (N, in).

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> from xpnet.sklearn.sparse import sparse_affine
    >>> sparse_affine(Affine(np.ones((3, 2)), np.zeros(2)), csr_array([[0.0, 0.0, 5.0]]))
    array([[5., 5.]])
    """
    y: Array = x @ layer.W
    y += layer.b
    return y
