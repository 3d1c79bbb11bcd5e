"""Momentum: steps along a decaying sum of the gradients."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.checks import below_one
from xpnet.optimizers.schedule import Rate
from xpnet.optimizers.weight_decay import DecayingOptimizer

__all__ = ["Momentum"]


def _formula(
    xp: Any, param: Array, grad: Array, v: Array, lr: float, momentum: float
) -> tuple[Array, ...]:
    """``v = momentum * v + grad``; the step is ``lr * v``."""
    v = momentum * v + grad
    return lr * v, v


def _decaying(
    xp: Any,
    param: Array,
    grad: Array,
    v: Array,
    lr: float,
    momentum: float,
    weight_decay: float | Array,
) -> tuple[Array, ...]:
    """The same with ``grad + weight_decay * param``."""
    return _formula(xp, param, grad + weight_decay * param, v, lr, momentum)


class Momentum(DecayingOptimizer):
    """``v = momentum * v + grad``, then ``W -= lr * v``.

    With a constant `lr` this is the book's ``v = momentum * v - lr * grad; W += v`` (6.1.4).

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    momentum : float
        From 0 to below 1.
    weight_decay : float
        From 0 on: so much of each weight is added to its gradient (L2 regularisation).
    decay_biases : bool
        Whether biases decay too: parameters of fewer than two dimensions.

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
    decaying = UpdateRule(
        "momentum_decaying",
        _decaying,
        state=("v",),
        constants=("momentum",),
        entrywise=("weight_decay",),
        kernel="v = momentum * v + (grad + weight_decay * param); param -= lr * v",
    )

    def __init__(
        self,
        lr: Rate = 0.01,
        *,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        decay_biases: bool = False,
    ) -> None:
        super().__init__(lr, weight_decay, decay_biases)
        self.momentum = below_one("momentum", momentum)

    def options(self) -> dict[str, Any]:
        """`lr`, `momentum`, `weight_decay` and `decay_biases`."""
        return {**super().options(), "momentum": self.momentum}

    def constants(self) -> dict[str, float]:
        """`momentum`."""
        return {"momentum": self.momentum}
