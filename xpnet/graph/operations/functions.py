"""Functions of every entry: exp, log, relu, sigmoid."""

from __future__ import annotations

from typing import Any

from xpnet.graph.operations.base import Operation, as_array, backend_for

__all__ = ["Exp", "Log", "Relu", "Sigmoid"]


class Exp(Operation):
    """``exp(x)`` (chapter 5.5.2)."""

    symbol, title, formula = "exp", "exponential function", "exp {x}"
    rules = ("the upstream value times the output",)
    locals = ("{dout} × {out}",)

    def forward(self, x: Any) -> Any:
        """``exp(x)``."""
        backend = backend_for(x)
        return backend.xp.exp(as_array(x, backend))

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """Its own derivative."""
        return (dout * out,)


class Log(Operation):
    """``log(x)``, the natural logarithm."""

    symbol, title, formula = "log", "logarithm", "log {x}"
    rules = ("the upstream value divided by the input",)
    locals = ("{dout} / {x}",)

    def forward(self, x: Any) -> Any:
        """``log(x)``."""
        backend = backend_for(x)
        return backend.xp.log(as_array(x, backend))

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """``1 / x``."""
        return (dout / x,)


class Relu(Operation):
    """``max(x, 0)`` (chapter 5.5.1); the derivative at 0 is taken as 0, as the layer does."""

    symbol, title, formula = "relu", "ReLU", "relu {x}"
    keeps_integers = True
    rules = ("the upstream value where the input is above 0, else 0",)
    locals = ("{dout} where {x} > 0",)

    def forward(self, x: Any) -> Any:
        """``max(x, 0)``."""
        return backend_for(x).relu(backend_for(x).asarray(x))

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """The upstream value where `x` is above 0."""
        backend = backend_for(x, dout)
        mask = backend.asarray(backend.asarray(x) <= 0)  # of a 0-d array NumPy makes a scalar
        return (backend.relu_grad(as_array(dout, backend), mask),)


class Sigmoid(Operation):
    """``1 / (1 + exp(-x))`` (chapter 5.5.2)."""

    symbol, title, formula = "σ", "sigmoid", "sigmoid {x}"
    rules = ("the upstream value times the output times (1 − the output)",)
    locals = ("{dout} × {out} × (1 − {out})",)

    def forward(self, x: Any) -> Any:
        """``1 / (1 + exp(-x))``, computed so that it cannot overflow."""
        backend = backend_for(x)
        return backend.sigmoid(as_array(x, backend))

    def backward(self, dout: Any, out: Any, x: Any) -> tuple[Any]:
        """From the output alone."""
        backend = backend_for(dout, out)
        return (backend.sigmoid_grad(as_array(dout, backend), as_array(out, backend)),)
