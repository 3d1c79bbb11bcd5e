"""SGD: steps along the gradient."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.optimizers.schedule import Rate
from xpnet.optimizers.weight_decay import DecayingOptimizer

__all__ = ["SGD"]


def _formula(xp: Any, param: Array, grad: Array, lr: float) -> tuple[Array, ...]:
    """``lr * grad``."""
    return (lr * grad,)


def _decaying(
    xp: Any, param: Array, grad: Array, lr: float, weight_decay: float | Array
) -> tuple[Array, ...]:
    """The same with ``grad + weight_decay * param``."""
    return _formula(xp, param, grad + weight_decay * param, lr)


class SGD(DecayingOptimizer):
    """Stochastic gradient descent: ``W -= lr * grad``.

    With weight decay ``W -= lr * (grad + weight_decay * W)``, where `W` is no bias.

    Parameters
    ----------
    lr : float or callable
        Learning rate: a number above 0, or a function of the step, such as a schedule.
    weight_decay : float
        From 0 on: so much of each weight is added to its gradient (L2 regularisation).
    decay_biases : bool
        Whether biases decay too: parameters of fewer than two dimensions.

    Examples
    --------
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, 10.0])})
    >>> params["W"]
    array([0., 1.])
    """

    rule = UpdateRule("sgd", _formula, kernel="param -= lr * grad")
    decaying = UpdateRule(
        "sgd_decaying",
        _decaying,
        entrywise=("weight_decay",),
        kernel="param -= lr * (grad + weight_decay * param)",
    )

    def __init__(
        self, lr: Rate = 0.01, *, weight_decay: float = 0.0, decay_biases: bool = False
    ) -> None:
        super().__init__(lr, weight_decay, decay_biases)
