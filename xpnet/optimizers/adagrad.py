"""AdaGrad: steps scaled by the sum of the squares of all gradients so far."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import above_zero
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.schedule import Rate

__all__ = ["AdaGrad"]


def _formula(
    xp: Any, param: Array, grad: Array, h: Array, lr: float, eps: float
) -> tuple[Array, ...]:
    """``h += grad ** 2``; the step is ``lr * grad / (sqrt(h) + eps)``."""
    h = h + grad * grad
    return lr * grad / (xp.sqrt(h) + eps), h


class AdaGrad(Optimizer):
    """``h += grad ** 2``, then ``W -= lr * grad / (sqrt(h) + eps)`` (Duchi et al., 2011).

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    eps : float
        Above 0.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> AdaGrad(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    rule = UpdateRule(
        "adagrad",
        _formula,
        state=("h",),
        constants=("eps",),
        kernel="h += grad * grad; param -= lr * grad / (sqrt(h) + eps)",
    )

    def __init__(self, lr: Rate = 0.01, *, eps: float = 1e-10) -> None:
        super().__init__(lr)
        self.eps = above_zero("eps", eps)

    def options(self) -> dict[str, Any]:
        """`lr` and `eps`."""
        return {"lr": self.lr, "eps": self.eps}

    def constants(self) -> dict[str, float]:
        """`eps`."""
        return {"eps": self.eps}
