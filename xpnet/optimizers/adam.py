"""Adam: steps along an average of the gradients, scaled by that of their squares."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import above_zero, below_one
from xpnet.optimizers.base import Optimizer

__all__ = ["Adam"]


def _formula(
    xp: Any,
    param: Array,
    grad: Array,
    m: Array,
    v: Array,
    lr: float,
    bias1: float,
    bias2: float,
    beta1: float,
    rest1: float,
    beta2: float,
    rest2: float,
    eps: float,
) -> tuple[Array, ...]:
    """Both averages, ``rest = 1 - beta``; ``bias = 1 - beta ** steps`` makes up for their start."""
    m = beta1 * m + rest1 * grad
    v = beta2 * v + rest2 * grad * grad
    return lr * (m / bias1) / (xp.sqrt(v / bias2) + eps), m, v


class Adam(Optimizer):
    """Averages of the gradient and of its square, corrected for bias (Kingma and Ba, 2015).

    ::

        m = beta1 * m + (1 - beta1) * grad
        v = beta2 * v + (1 - beta2) * grad**2
        W -= lr * (m / (1 - beta1**steps)) / (sqrt(v / (1 - beta2**steps)) + eps)

    Parameters
    ----------
    lr, eps : float
        Above 0.
    beta1, beta2 : float
        From 0 to below 1.

    Examples
    --------
    >>> params = {"W": np.zeros(2)}
    >>> Adam(lr=0.1).update(params, {"W": np.array([3.0, -50.0])})
    >>> params["W"].round(6)
    array([-0.1,  0.1])
    """

    rule = UpdateRule(
        "adam",
        _formula,
        state=("m", "v"),
        scalars=("lr", "bias1", "bias2"),
        constants=("beta1", "rest1", "beta2", "rest2", "eps"),
        kernel="""
            m = beta1 * m + rest1 * grad;
            v = beta2 * v + rest2 * grad * grad;
            param -= lr * (m / bias1) / (sqrt(v / bias2) + eps);
        """,
    )

    def __init__(
        self, lr: float = 0.001, *, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        super().__init__(lr)
        self.betas = below_one("beta1", beta1), below_one("beta2", beta2)
        self.eps = above_zero("eps", eps)

    def options(self) -> dict[str, float]:
        """`lr`, `beta1`, `beta2` and `eps`."""
        beta1, beta2 = self.betas
        return {"lr": self.lr, "beta1": beta1, "beta2": beta2, "eps": self.eps}

    def scalars(self, step: int) -> dict[str, float]:
        """The learning rate, and what corrects both averages for their start at 0."""
        beta1, beta2 = self.betas
        return {"lr": self.lr, "bias1": 1 - beta1**step, "bias2": 1 - beta2**step}

    def constants(self) -> dict[str, float]:
        """`beta1` and `beta2` with what is left of them to 1, and `eps`."""
        beta1, beta2 = self.betas
        # in float32 the kernel's 1 - beta would lose digits where beta is near 1
        rest = {"rest1": 1 - beta1, "rest2": 1 - beta2}
        return {"beta1": beta1, "beta2": beta2, **rest, "eps": self.eps}
