"""Reductions, and other shapes of the same entries."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

from xpnet.errors import ShapeError
from xpnet.graph.operations.base import Operation, backend_for, is_number
from xpnet.graph.operations.index import own_index
from xpnet.layers.broadcasting import shape_of

__all__ = ["Index", "Max", "Mean", "Reshape", "Sum", "Transpose", "as_indices"]

Axis = int | tuple[int, ...] | None


def as_indices(given: Any) -> int | tuple[int, ...]:
    """One integer, or several in a tuple, of its own, which no caller can change.

    Examples
    --------
    >>> from xpnet.graph.operations.shaping import as_indices
    >>> as_indices([0, np.int64(1)]), as_indices(np.array(2))
    ((0, 1), 2)
    """
    if isinstance(given, Iterable) and getattr(given, "shape", None) != ():
        return tuple(map(operator.index, given))
    return operator.index(given)


class _Reduction(Operation):
    """One value from all entries, or from those along some axes."""

    def __init__(self, axis: Axis = None, keepdims: bool = False) -> None:
        self.axis = None if axis is None else as_indices(axis)
        self.keepdims = keepdims

    def _spread(self, reduced: Any, x: Any) -> Any:
        """A reduced array in the shape that broadcasts against `x`."""
        if self.keepdims or shape_of(reduced) == shape_of(x):
            return reduced
        axes = range(len(shape_of(x))) if self.axis is None else self.axis
        gone = {k % x.ndim for k in ((axes,) if isinstance(axes, int) else axes)}
        return reduced.reshape([1 if k in gone else n for k, n in enumerate(x.shape)])

    def _full(self, reduced: Any, x: Any) -> Any:
        """A reduced array, repeated into the shape of `x`."""
        if shape_of(reduced) == shape_of(x):
            return reduced
        return backend_for(x).xp.broadcast_to(self._spread(reduced, x), x.shape)


class Sum(_Reduction):
    """The sum; what was gathered is spread out again on the way back."""

    symbol, title, formula = "Σ", "sum", "the sum of {x}"
    rules = ("the upstream value, repeated for every entry that was added",)
    locals = ("{dout}, repeated",)

    def forward(self, x: Any) -> Any:
        """The sum along the axes."""
        return backend_for(x).xp.sum(x, axis=self.axis, keepdims=self.keepdims)

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """Repeated."""
        return (self._full(dout, x),)


class Mean(_Reduction):
    """The mean: a sum, divided by the number of its entries."""

    symbol, title, formula = "mean", "mean", "the mean of {x}"
    rules = ("the upstream value divided by the number of entries, repeated for each",)
    locals = ("{dout} / {n}, repeated",)

    def forward(self, x: Any) -> Any:
        """The mean along the axes."""
        return backend_for(x).xp.mean(x, axis=self.axis, keepdims=self.keepdims)

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """Divided and repeated."""
        return (self._full(dout / self.details(out, x)["n"], x),)

    def details(self, out: Any, x: Any) -> dict[str, Any]:
        """How many entries one mean is of."""
        return {"n": math.prod(shape_of(x)) // max(1, math.prod(shape_of(out)))}


class Max(_Reduction):
    """The largest entry; entries that share it share its gradient in equal parts."""

    symbol, title, formula = "max", "maximum", "the largest of {x}"
    keeps_integers = True
    rules = ("the upstream value to the largest entry, 0 to the others",)
    locals = ("{dout} where {x} is the largest",)

    def forward(self, x: Any) -> Any:
        """The maximum along the axes."""
        return backend_for(x).xp.max(x, axis=self.axis, keepdims=self.keepdims)

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """In equal parts to the largest entries."""
        largest = x == self._spread(out, x)
        share = largest / backend_for(x).xp.sum(largest, axis=self.axis, keepdims=True)
        return (self._spread(dout, x) * share,)


class Reshape(Operation):
    """The entries in another shape."""

    symbol, title, formula = "reshape", "reshape", "{x} in another shape"
    keeps_integers = True
    rules = ("the upstream value in the shape of the input",)
    locals = ("{dout} in the shape of {x}",)

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def forward(self, x: Any) -> Any:
        """``x.reshape(shape)``."""
        _check_array(x, self.title)
        return x.reshape(self.shape)

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """Back in the first shape."""
        return (dout.reshape(x.shape),)


class Transpose(Operation):
    """The axes in another order."""

    symbol, title, formula = "T", "transpose", "{x} transposed"
    keeps_integers = True
    rules = ("the upstream value, transposed back",)
    locals = ("{dout} transposed",)

    def __init__(self, axes: tuple[int, ...] | None) -> None:
        self.axes = axes

    def forward(self, x: Any) -> Any:
        """``x.transpose(axes)``."""
        return backend_for(x).xp.transpose(x, self.axes)

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """The axes back where they were."""
        if self.axes is None:
            return (backend_for(x).xp.transpose(dout),)
        axes = [k % x.ndim for k in self.axes]
        back = sorted(range(x.ndim), key=axes.__getitem__)
        return (backend_for(x).xp.transpose(dout, back),)


class Index(Operation):
    """``x[index]``: some of the entries; one that is taken twice gets both gradients."""

    symbol, title, formula = "[ ]", "indexing", "some entries of {x}"
    keeps_integers = True
    rules = ("the upstream value to the entries that were taken, 0 to the others",)
    locals = ("{dout} where it was taken from",)

    def __init__(self, index: Any) -> None:
        self.index = index

    def forward(self, x: Any) -> Any:
        """``x[index]``."""
        _check_array(x, self.title)
        # backward needs the index as it is now: an array or a list may change until then
        self.index = own_index(self.index, x)
        return x[self.index]

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """Added where the entries were taken from."""
        xp = backend_for(x).xp
        dx = xp.zeros(x.shape, dtype=dout.dtype)
        xp.add.at(dx, self.index, dout)
        return (dx,)


def _check_array(x: Any, title: str) -> None:
    if is_number(x):
        raise ShapeError(f"{title}: one number has no axes; expected an array")
