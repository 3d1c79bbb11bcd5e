"""Row batches: inference goes through many rows, as many at once as the memory allows."""

from __future__ import annotations

import math
from collections.abc import Callable

from xpnet.backends import Array
from xpnet.backends.storage import BATCH_ROWS
from xpnet.checks import whole_number
from xpnet.layers import Affine, BatchNorm, Dropout, LeakyRelu, Relu, Sigmoid, Tanh
from xpnet.networks.container import Container

__all__ = ["bytes_per_row", "in_batches"]

RESULT_BYTES = 8
"""Of each row: whether it is right, as `count_correct` may write it down."""

ELEMENTWISE = BatchNorm, Dropout, Relu, LeakyRelu, Sigmoid, Tanh
"""Layers whose output is as wide as their input, and who need no memory beside these two."""


def in_batches(
    net: Container,
    x: Array,
    batch_size: int | None,
    scale: float | None,
    work: Callable[[slice], None],
) -> None:
    """Call `work` with slices that cover the rows of `x` in order; with one at least.

    Parameters
    ----------
    net : Container
        Where a layer of it is not `rowwise`, one slice covers all rows.
    x : array, shape (N, ...)
    batch_size : int or None
        Rows of a slice. By None they are as many as the backend has memory for. If it runs out
        all the same, half as many are tried, down to 1,024 rows.
    scale : float or None
        What `work` multiplies the batch by.
    work : callable
        ``work(rows)`` is called again for rows in which memory ran out.

    Raises
    ------
    OptionError, MemoryError
    """
    count = max(1, int(x.shape[0]))
    fewest = BATCH_ROWS if batch_size is None else whole_number("batch_size", batch_size)
    if not all(layer.rowwise for layer in net.stack.layers):
        fewest = count
    at_once = min(count, max(fewest, _rows_at_once(net, x, scale) if batch_size is None else 1))
    start = 0
    while start < count:
        try:
            work(slice(start, start + at_once))
        except MemoryError:
            if at_once <= fewest:
                raise
            at_once = max(fewest, at_once // 2)
        else:
            start += at_once


def _rows_at_once(net: Container, x: Array, scale: float | None) -> int:
    """As many as there is memory for; how much there is, is asked only where it matters."""
    needed = bytes_per_row(net, x, scale) if x.shape[0] > BATCH_ROWS else None
    return BATCH_ROWS if needed is None else net.backend.rows_at_once(needed)


def bytes_per_row(net: Container, x: Array, scale: float | None) -> int | None:
    """What a batch takes at most for each of its rows of `x`; None where a layer is unknown.

    The batch lasts as long as its scores are computed, unless it is a part of `x` as it is. While
    a layer works there are its input and its output besides. A layer of one's own may need more
    than these, so nothing is said of a network that has one.

    Examples
    --------
    >>> from xpnet.networks.row_batches import bytes_per_row
    >>> net = TwoLayerNet(784, 50, 10)
    >>> bytes_per_row(net, np.zeros((5, 784), "float32"), None) == 4 * (50 + 50) + 8
    True
    >>> bytes_per_row(net, np.zeros((5, 784), "uint8"), None) == 4 * (784 + 50 + 50) + 8
    True
    """
    entries: int = math.prod(x.shape[1:])
    width, before, widest = entries, 0, 0
    for layer in net.stack.layers:
        if type(layer) is Affine:
            width = int(layer.W.shape[1])
        elif type(layer) not in ELEMENTWISE:
            return None
        before, widest = width, max(widest, before + width)
    cast = x.dtype != net.dtype or scale is not None
    most = (entries if cast else 0) + widest
    return most * int(net.dtype.itemsize) + RESULT_BYTES
