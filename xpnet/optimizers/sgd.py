"""SGD: steps along the gradient."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.optimizers.base import Optimizer

__all__ = ["SGD"]


def _formula(xp: Any, param: Array, grad: Array, lr: float) -> tuple[Array, ...]:
    """``lr * grad``."""
    return (lr * grad,)


class SGD(Optimizer):
    """Stochastic gradient descent: ``W -= lr * grad``.

    Parameters
    ----------
    lr : float
        Learning rate, above 0.

    Examples
    --------
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, 10.0])})
    >>> params["W"]
    array([0., 1.])
    """

    rule = UpdateRule("sgd", _formula, kernel="param -= lr * grad")

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(lr)
