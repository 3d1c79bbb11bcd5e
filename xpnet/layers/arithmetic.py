"""MulLayer and AddLayer: the two nodes of the chapter's shopping (chapter 5.4)."""

from __future__ import annotations

from numbers import Number
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.errors import ShapeError
from xpnet.layers.base import Layer

__all__ = ["AddLayer", "MulLayer"]


class _Pair(Layer):
    """A layer of two inputs, numbers or arrays, which broadcast as NumPy's do; keeps both."""

    kept = ("x", "y")

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
        x, y = self.recall("x"), self.recall("y")
        dx, dy = self.gradients(_upstream(dout, x, y, type(self).__name__), x, y)
        return _sum_to(dx, x), _sum_to(dy, y)

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

    def apply(self, x: Any, y: Any) -> Any:
        """``x * y``, keeping nothing."""
        _check(x, y, "MulLayer")
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

    def apply(self, x: Any, y: Any) -> Any:
        """``x + y``, keeping nothing."""
        _check(x, y, "AddLayer")
        return x + y

    def gradients(self, dout: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Addition hands the gradient on as it is, to each input its own (chapter 5.3.1)."""
        return dout * 1, dout * 1


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
