"""MulLayer and AddLayer: the two nodes of the chapter's shopping (chapter 5.4)."""

from __future__ import annotations

from numbers import Number
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.errors import ShapeError
from xpnet.layers.base import Layer

__all__ = ["AddLayer", "MulLayer"]


class MulLayer(Layer):
    """``out = x * y`` of numbers or arrays, which broadcast as NumPy's do.

    Examples
    --------
    >>> apple = MulLayer()
    >>> apple.forward(100, 2)
    200
    >>> apple.backward(1.1)
    (2.2, 110.00000000000001)
    """

    kept = ("x", "y")

    def __init__(self) -> None:
        self.x: Any = None
        self.y: Any = None

    def forward(self, x: Any, y: Any) -> Any:
        """``x * y``; keeps both.

        Parameters
        ----------
        x, y : numbers or arrays of one backend, whose shapes broadcast

        Raises
        ------
        ShapeError, MixedBackendError
            The shapes do not broadcast; the arrays live on two backends.
        """
        out = self.apply(x, y)
        self.x, self.y = x, y
        return out

    def apply(self, x: Any, y: Any) -> Any:
        """``x * y``, keeping nothing."""
        _check(x, y, "MulLayer")
        return x * y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """``(dout * y, dout * x)``: the inputs change places (chapter 5.3.2).

        Parameters
        ----------
        dout : number or array of the output's shape

        Returns
        -------
        dx, dy : in the shapes of `x` and `y`; where one was broadcast, its gradient is summed

        Raises
        ------
        NotForwardedError
        """
        x, y = self.recall("x"), self.recall("y")
        dout = _upstream(dout, x, y, "MulLayer")
        return _sum_to(dout * y, x), _sum_to(dout * x, y)


class AddLayer(Layer):
    """``out = x + y`` of numbers or arrays, which broadcast as NumPy's do.

    Examples
    --------
    >>> total = AddLayer()
    >>> total.forward(200, 450)
    650
    >>> total.backward(1.1)
    (1.1, 1.1)
    """

    kept = ("x", "y")

    def __init__(self) -> None:
        self.x: Any = None
        self.y: Any = None

    def forward(self, x: Any, y: Any) -> Any:
        """``x + y``; keeps both, whose shapes `backward` needs.

        Parameters
        ----------
        x, y : numbers or arrays of one backend, whose shapes broadcast

        Raises
        ------
        ShapeError, MixedBackendError
            The shapes do not broadcast; the arrays live on two backends.
        """
        out = self.apply(x, y)
        self.x, self.y = x, y
        return out

    def apply(self, x: Any, y: Any) -> Any:
        """``x + y``, keeping nothing."""
        _check(x, y, "AddLayer")
        return x + y

    def backward(self, dout: Any) -> tuple[Any, Any]:
        """``(dout, dout)``: addition hands the gradient on as it is (chapter 5.3.1).

        Parameters
        ----------
        dout : number or array of the output's shape

        Returns
        -------
        dx, dy : in the shapes of `x` and `y`; where one was broadcast, its gradient is summed

        Raises
        ------
        NotForwardedError
        """
        x, y = self.recall("x"), self.recall("y")
        dout = _upstream(dout, x, y, "AddLayer")
        return _sum_to(dout * 1, x), _sum_to(dout * 1, y)


def _shape(x: Any) -> tuple[int, ...]:
    return tuple(getattr(x, "shape", ()))


def _numbers(*values: Any) -> bool:
    return all(isinstance(value, Number) for value in values)


def _check(x: Any, y: Any, layer: str) -> None:
    """Numbers or arrays of one backend, whose shapes broadcast."""
    if not _numbers(x, y):
        backend_of(x, y, caller=layer, names=("x", "y"))
    if _broadcast(_shape(x), _shape(y)) is None:
        raise ShapeError(
            f"{layer}: x is {_shape(x)}, y is {_shape(y)}, which do not broadcast: from the right, "
            "each pair of lengths must be equal or contain a 1"
        )


def _upstream(dout: Any, x: Any, y: Any, layer: str) -> Any:
    """`dout` in the output's shape; one number stands for an array full of it."""
    if _numbers(dout, x, y):
        return dout
    backend = backend_of(dout, x, y, caller=layer, names=("dout", "x", "y"))
    shape = _broadcast(_shape(x), _shape(y))
    if _shape(dout) == shape:
        return dout
    if _shape(dout) == ():
        return dout + backend.xp.zeros(shape, dtype=backend.xp.result_type(x, y))
    raise ShapeError(f"{layer}: dout is {_shape(dout)}, the output was {shape}: they must agree")


def _broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape two shapes broadcast to, or None."""
    rank = max(len(a), len(b))
    pairs = list(zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True))
    if any(m != n and 1 not in (m, n) for m, n in pairs):
        return None
    return tuple(n if m == 1 else m for m, n in pairs)


def _sum_to(gradient: Array, like: Any) -> Array:
    """`gradient` summed over the axes along which `like` was broadcast."""
    shape, wide = _shape(like), _shape(gradient)
    if wide == shape:
        return gradient
    lead = len(wide) - len(shape)
    axes = tuple(range(lead)) + tuple(
        lead + k for k, n in enumerate(shape) if n == 1 and wide[lead + k] != 1
    )
    return gradient.sum(axis=axes).reshape(shape)
