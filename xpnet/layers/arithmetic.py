"""MulLayer and AddLayer: the two nodes of the chapter's shopping (chapter 5.4)."""

from __future__ import annotations

from numbers import Complex, Real
from typing import Any

from xpnet.backends import backend_of
from xpnet.errors import ArgumentTypeError, ShapeError
from xpnet.layers.base import Layer
from xpnet.layers.broadcasting import broadcast, shape_of, sum_to
from xpnet.layers.widening import is_scalar, widened

__all__ = ["AddLayer", "MulLayer"]


class _Pair(Layer):
    """A layer of two inputs, numbers or arrays, which broadcast as NumPy's do; keeps both.

    Whole numbers do not wrap around: where no array is of floating point numbers, arrays of
    integers and of bools are computed in float64; integers alone stay integers of any length.
    """

    saved = ("x", "y")

    def __init__(self) -> None:
        self.x: Any = None
        self.y: Any = None

    def forward(self, x: Any, y: Any) -> Any:
        """The output; keeps both inputs.

        Parameters
        ----------
        x, y : numbers or arrays of one backend, whose shapes broadcast

        Raises
        ------
        ShapeError, MixedBackendError
            The shapes do not broadcast; the arrays live on two backends.
        ArgumentTypeError
            An input is neither a number nor an array, or is not made of real numbers.
        """
        out = self.apply(x, y)
        self.x, self.y = x, y
        return out

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """The gradients of both inputs.

        Parameters
        ----------
        dout : number or array of the output's shape

        Returns
        -------
        dx, dy : in the shapes of `x` and `y`; where one was broadcast, its gradient is summed

        Raises
        ------
        NotForwardedError, ShapeError, MixedBackendError
        """
        x, y = self.get_saved("x"), self.get_saved("y")
        _check_upstream(dout, x, y, type(self).__name__)
        dout, x, y = widened(dout, x, y)
        dx, dy = self.gradients(_full(dout, x, y), x, y)
        return sum_to(dx, x), sum_to(dy, y)

    def gradients(self, dout: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Both gradients in the shape of the output."""
        raise NotImplementedError(f"{type(self).__name__} must define gradients")


class MulLayer(_Pair):
    """``out = x * y`` (chapter 5.4.1).

    Examples
    --------
    >>> apple = MulLayer()
    >>> apple.forward(100, 2)
    200
    >>> apple.backward(1.1)
    (2.2, 110.00000000000001)
    """

    capturable = True

    def apply(self, x: Any, y: Any) -> Any:
        """``x * y``, keeping nothing."""
        _check(x, y, "MulLayer")
        x, y = widened(x, y)
        return x * y

    def gradients(self, dout: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """The inputs change places (chapter 5.3.2)."""
        return dout * y, dout * x


class AddLayer(_Pair):
    """``out = x + y`` (chapter 5.4.2).

    Examples
    --------
    >>> total = AddLayer()
    >>> total.forward(200, 450)
    650
    >>> total.backward(1.1)
    (1.1, 1.1)
    """

    capturable = True

    def apply(self, x: Any, y: Any) -> Any:
        """``x + y``, keeping nothing."""
        _check(x, y, "AddLayer")
        x, y = widened(x, y)
        return x + y

    def gradients(self, dout: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Addition hands the gradient on as it is, to each input its own (chapter 5.3.1)."""
        return dout * 1, dout * 1


def _check(x: Any, y: Any, layer: str) -> None:
    """Real numbers or arrays of them, of one backend, whose shapes broadcast."""
    _check_kinds(layer, x=x, y=y)
    if broadcast(shape_of(x), shape_of(y)) is None:
        raise ShapeError(
            f"{layer}: x is {shape_of(x)}, y is {shape_of(y)}, which do not broadcast: from the "
            "right, each pair of lengths must be equal or contain a 1"
        )


def _check_upstream(dout: Any, x: Any, y: Any, layer: str) -> None:
    """A real number, or an array of them in the output's shape."""
    _check_kinds(layer, dout=dout, x=x, y=y)
    shape = broadcast(shape_of(x), shape_of(y))
    if shape_of(dout) not in (shape, ()):
        raise ShapeError(
            f"{layer}: dout is {shape_of(dout)}, the output was {shape}: they must agree"
        )


def _check_kinds(layer: str, **values: Any) -> None:
    """Real numbers alone, or with arrays of them, of one backend."""
    if not all(map(is_scalar, values.values())):
        backend_of(*values.values(), caller=layer, names=tuple(values))
        return
    for name, value in values.items():
        kind = value.dtype.kind if hasattr(value, "dtype") else "f"
        is_complex = isinstance(value, Complex) and not isinstance(value, Real)
        if is_complex or kind not in "biuf":
            raise ArgumentTypeError(f"{layer}: {name} is {value!r}; expected real numbers")


def _full(dout: Any, x: Any, y: Any) -> Any:
    """`dout` in the output's shape; one number stands for an array full of it."""
    shape = broadcast(shape_of(x), shape_of(y))
    if shape_of(dout) == shape:
        return dout
    backend = backend_of(dout, x, y)
    return dout + backend.xp.zeros(shape, dtype=backend.xp.result_type(x, y))
