"""Data sets of a trainer: placed on the device, checked once."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np

from xpnet.backends import Array, Backend, asarray, fitting_labels, fitting_targets
from xpnet.errors import DataError, LabelError, ShapeError
from xpnet.layers import SoftmaxWithLoss
from xpnet.networks import Network

__all__ = ["check_rows", "checked_pair", "checked_set", "fingerprint"]


def checked_set(net: Network, data: Any, name: str, scale: float | None) -> tuple[Array, Array]:
    """Rows and labels on the network's backend, in their own dtype.

    Parameters
    ----------
    net : Network
    data : (x, t)
        Arrays of any backend.
    name : str
        What an error calls the set.
    scale : float or None
        What batches of it will be multiplied by.

    Raises
    ------
    ShapeError
        There are no rows, their number differs from that of the labels, or the network does
        not take them.
    LabelError
        A label is out of range, or a row of labels or targets holds NaN or infinity.
    DataError
        The set is not a pair, or does not fit on the device.
    """
    x, t = (_placed(net, array, name) for array in checked_pair(data, name))
    check_rows(x, t, name)
    with np.errstate(all="ignore"):  # what overflows shows in the loss
        classes = int(net.predict(x[:1], scale=scale).shape[-1])
    if isinstance(net.last_layer, SoftmaxWithLoss):  # another loss has targets of its own kind
        _check_labels(net, t, classes, name)
    elif net.is_regression:
        _check_targets(net, t, classes, name)
    return x, t


def check_rows(x: Array, t: Array, name: str) -> None:
    """`ShapeError` where there are no rows, or not as many labels."""
    if x.ndim < 2 or x.shape[0] == 0 or t.ndim == 0 or x.shape[0] != t.shape[0]:
        raise ShapeError(
            f"{name}: x is {tuple(x.shape)}, t is {tuple(t.shape)}; expected as many labels as "
            "rows, and at least one of each"
        )


def checked_pair(data: Any, name: str) -> tuple[Any, Any]:
    """Rows and labels, if the set is a pair.

    Raises
    ------
    DataError
    """
    if not isinstance(data, (tuple, list)) or len(data) != 2:
        raise DataError(f"{name}: expected a pair (x, t), got a {type(data).__name__}")
    x, t = data
    return x, t


def fingerprint(data: tuple[Array, Array]) -> dict[str, dict[str, Any]]:
    """What tells one data set from another: shapes, dtypes and checksums of rows and labels.

    Examples
    --------
    >>> fingerprint((np.zeros((2, 3), "uint8"), np.array([0, 1])))["x"]
    {'shape': [2, 3], 'dtype': 'uint8', 'crc32': 2982322595}
    """
    x, t = (asarray(array, backend="numpy") for array in data)
    return {"x": _fingerprint(x), "t": _fingerprint(t)}


def _fingerprint(array: Any) -> dict[str, Any]:
    checksum = zlib.crc32(np.ascontiguousarray(array).data)
    return {"shape": list(array.shape), "dtype": str(array.dtype), "crc32": checksum}


def _placed(net: Network, array: Any, name: str) -> Array:
    try:
        return asarray(array, backend=net.backend.name)
    except MemoryError as error:
        size = math.prod(array.shape) * array.dtype.itemsize / 1e6
        raise DataError(
            f"{name}: an array of {size:,.0f} MB does not fit on {net.backend.device}: train on "
            "fewer rows, or keep pixels as uint8 with scale=1/255, a quarter of float32"
        ) from error


def _check_labels(net: Network, t: Array, classes: int, name: str) -> None:
    backend = net.backend
    t = fitting_labels(backend, t, (int(t.shape[0]), classes), name, "predict(x)")
    if t.ndim == 1:
        try:
            backend.check_labels(t, classes)
        except LabelError as error:
            raise LabelError(f"{name}: {error}") from None
        return
    _check_finite(backend, backend.asarray(t, net.dtype), f"{name}: the labels")


def _check_targets(net: Network, t: Array, outputs: int, name: str) -> None:
    backend = net.backend
    t = fitting_targets(backend, t, (int(t.shape[0]), outputs), name, "predict(x)")
    with np.errstate(over="ignore"):  # a target beyond the dtype is refused in one sentence
        t = backend.asarray(t, net.dtype)
    _check_finite(backend, t, f"{name}: the targets")


def _check_finite(backend: Backend, t: Array, what: str) -> None:
    finite = backend.xp.all(backend.xp.isfinite(t), axis=1)
    if not bool(finite.all()):
        row = int((finite * 1).argmin())
        raise LabelError(f"{what} of row {row} are not all finite numbers")
