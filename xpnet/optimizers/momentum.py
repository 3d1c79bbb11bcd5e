"""Momentum: steps along a decaying sum of the gradients."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import below_one
from xpnet.optimizers.base import Optimizer

__all__ = ["Momentum"]


def _formula(
    xp: Any, param: Array, grad: Array, v: Array, lr: float, momentum: float
) -> tuple[Array, ...]:
    """``v = momentum * v + grad``; the step is ``lr * v``."""
    v = momentum * v + grad
    return lr * v, v


class Momentum(Optimizer):
    """``v = momentum * v + grad``, then ``W -= lr * v``.

    With a constant `lr` this is the book's ``v = momentum * v - lr * grad; W += v`` (6.1.4).

    Parameters
    ----------
    lr : float
        Learning rate, above 0.
    momentum : float
        From 0 to below 1.

    Examples
    --------
    >>> optimizer, params = Momentum(lr=0.1, momentum=0.5), {"W": np.zeros(1)}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.25])
    """

    rule = UpdateRule(
        "momentum",
        _formula,
        state=("v",),
        constants=("momentum",),
        kernel="v = momentum * v + grad; param -= lr * v",
    )

    def __init__(self, lr: float = 0.01, *, momentum: float = 0.9) -> None:
        super().__init__(lr)
        self.momentum = below_one("momentum", momentum)

    def options(self) -> dict[str, float]:
        """`lr` and `momentum`."""
        return {"lr": self.lr, "momentum": self.momentum}

    def constants(self) -> dict[str, float]:
        """`momentum`."""
        return {"momentum": self.momentum}
