"""RMSProp: steps scaled by an average of the squares of the latest gradients."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import above_zero, below_one
from xpnet.optimizers.base import Optimizer
from xpnet.optimizers.schedule import Rate

__all__ = ["RMSProp"]


def _formula(
    xp: Any,
    param: Array,
    grad: Array,
    h: Array,
    lr: float,
    decay: float,
    rest: float,
    eps: float,
) -> tuple[Array, ...]:
    """``h = decay * h + rest * grad ** 2``; the step is ``lr * grad / (sqrt(h) + eps)``."""
    h = decay * h + rest * grad * grad
    return lr * grad / (xp.sqrt(h) + eps), h


class RMSProp(Optimizer):
    """``h = decay * h + (1 - decay) * grad ** 2``, then as `AdaGrad` (Tieleman and Hinton, 2012).

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    eps : float
        Above 0.
    decay : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> RMSProp(lr=0.1, decay=0.75).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.2,  0.2])
    """

    rule = UpdateRule(
        "rmsprop",
        _formula,
        state=("h",),
        constants=("decay", "rest", "eps"),
        kernel="h = decay * h + rest * grad * grad; param -= lr * grad / (sqrt(h) + eps)",
    )

    def __init__(self, lr: Rate = 0.01, *, decay: float = 0.99, eps: float = 1e-8) -> None:
        super().__init__(lr)
        self.decay = below_one("decay", decay)
        self.eps = above_zero("eps", eps)

    def options(self) -> dict[str, Any]:
        """`lr`, `decay` and `eps`."""
        return {"lr": self.lr, "decay": self.decay, "eps": self.eps}

    def constants(self) -> dict[str, float]:
        """`decay` with what is left of it to 1, and `eps`."""
        # in float32 the kernel's 1 - decay would lose digits where decay is near 1
        return {"decay": self.decay, "rest": 1 - self.decay, "eps": self.eps}
