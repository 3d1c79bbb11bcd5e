"""Arithmetic: + - * / ** @, with NumPy's broadcasting."""

from __future__ import annotations

import math
from typing import Any

from xpnet.errors import ShapeError
from xpnet.graph.operations.base import Operation, as_array, backend_for, is_number
from xpnet.layers.broadcasting import shape_of

__all__ = [
    "Add",
    "Divide",
    "MatMul",
    "Multiply",
    "Negative",
    "Power",
    "PowerOf",
    "Reciprocal",
    "Subtract",
]

AS_IT_IS = "the upstream value as it is"
SIGN_CHANGED = "the upstream value with its sign changed"
OTHER_INPUT = "the upstream value times the other input"


class Add(Operation):
    """``x + y`` (chapter 5.3.1)."""

    symbol, title, formula = "+", "addition", "{x} + {y}"
    rules = AS_IT_IS, AS_IT_IS
    locals = "{dout}", "{dout}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x + y``."""
        return x + y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """Handed on as it is."""
        return dout, dout


class Subtract(Operation):
    """``x - y``."""

    symbol, title, formula = "−", "subtraction", "{x} − {y}"
    rules = AS_IT_IS, SIGN_CHANGED
    locals = "{dout}", "−{dout}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x - y``."""
        return x - y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """As it is, and with the sign changed."""
        return dout, -dout


class Negative(Operation):
    """``-x``."""

    symbol, title, formula = "−", "negation", "−{x}"
    rules = (SIGN_CHANGED,)
    locals = ("−{dout}",)

    def forward(self, x: Any) -> Any:
        """``-x``."""
        return -x

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """With the sign changed."""
        return (-dout,)


class Multiply(Operation):
    """``x * y`` (chapter 5.3.2)."""

    symbol, title, formula = "×", "multiplication", "{x} × {y}"
    rules = OTHER_INPUT, OTHER_INPUT
    locals = "{dout} × {y}", "{dout} × {x}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x * y``."""
        return x * y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """The inputs change places."""
        return dout * y, dout * x


class Divide(Operation):
    """``x / y``."""

    symbol, title, formula = "/", "division", "{x} / {y}"
    rules = (
        "the upstream value divided by the lower input",
        "the upstream value times the output, divided by the lower input, with its sign changed",
    )
    locals = "{dout} / {y}", "−{dout} × {out} / {y}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x / y``."""
        return x / y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """``1 / y`` and ``-x / y**2``."""
        return dout / y, -dout * out / y


class Reciprocal(Operation):
    """``1 / x`` (the "/" node of chapter 5.5.2)."""

    symbol, title, formula = "/", "reciprocal", "1 / {x}"
    rules = ("the upstream value times the output squared, with its sign changed",)
    locals = ("−{dout} × {out}²",)

    def forward(self, x: Any) -> Any:
        """``1 / x``."""
        return 1 / x

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """``-1 / x**2``, from the output alone."""
        return (-dout * out * out,)


class Power(Operation):
    """``x ** y``, where both are variables.

    The derivative by the exponent, ``x**y * log(x)``, is taken as 0 where `x` is 0, and is NaN
    where `x` is negative.
    """

    symbol, title, formula = "**", "power", "{x} ** {y}"
    rules = (
        "the upstream value times the exponent times the base to one power less",
        "the upstream value times the output times the logarithm of the base",
    )
    locals = "{dout} × {y} × {x} ** ({y} − 1)", "{dout} × {out} × log {x}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x ** y``."""
        return x**y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """``y * x**(y - 1)`` and ``x**y * log(x)``."""
        backend = backend_for(x, y)
        xp, x, y = backend.xp, as_array(x, backend), as_array(y, backend)
        less = xp.where(y == 0, 1.0, y - 1.0)  # y = 0 makes the product 0, not 0 * infinity
        base = xp.where(x == 0, 1.0, xp.where(x < 0, math.nan, x))  # of NaN, log does not warn
        return dout * y * x**less, dout * out * xp.log(base)


class PowerOf(Operation):
    """``x ** n`` for a plain number `n` (the "**2" node of chapter 5.2.3)."""

    title, formula = "power", "{x} ** {n}"
    rules = ("the upstream value times the exponent times the input to one power less",)
    locals = ("{dout} × {n} × {x} ** {less}",)

    def __init__(self, exponent: float) -> None:
        self.exponent = exponent
        self.symbol = f"**{exponent:g}"

    def forward(self, x: Any) -> Any:
        """``x ** n``."""
        return x**self.exponent

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """``n * x**(n - 1)``."""
        if self.exponent == 0:
            return (dout * 0,)
        return (dout * self.exponent * x ** (self.exponent - 1),)

    def details(self, out: Any, x: Any) -> dict[str, Any]:
        """The exponent, and the one of its derivative."""
        return {"n": self.exponent, "less": self.exponent - 1}


class MatMul(Operation):
    """``x @ y`` of vectors, matrices, and stacks of matrices (chapter 5.6.1)."""

    symbol, title, formula = "@", "matrix product", "{x} @ {y}"
    rules = (
        "the upstream value @ the second input transposed",
        "the first input transposed @ the upstream value",
    )
    locals = "{dout} @ {y}ᵀ", "{x}ᵀ @ {dout}"

    def forward(self, x: Any, y: Any) -> Any:
        """``x @ y``."""
        if is_number(x) or is_number(y) or not shape_of(x) or not shape_of(y):
            raise ShapeError("matrix product: @ takes arrays; multiply by a number with *")
        return x @ y

    def backward(self, dout: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
        """``dout @ y.T`` and ``x.T @ dout``; a vector is a matrix of one row or one column."""
        rows = x[None, :] if x.ndim == 1 else x  # (..., n, k)
        columns = y[:, None] if y.ndim == 1 else y  # (..., k, m)
        if y.ndim == 1:
            dout = dout[..., None]
        if x.ndim == 1:
            dout = dout[..., None, :]
        dx = dout @ columns.swapaxes(-1, -2)  # (..., n, k)
        dy = rows.swapaxes(-1, -2) @ dout  # (..., k, m)
        return (
            dx[..., 0, :] if x.ndim == 1 else dx,
            dy[..., 0] if y.ndim == 1 else dy,
        )
