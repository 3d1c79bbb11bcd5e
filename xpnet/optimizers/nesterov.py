"""Nesterov: momentum whose step already counts the gradient as part of the sum."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, UpdateRule
from xpnet.optimizers.momentum import Momentum

__all__ = ["Nesterov"]


def _formula(
    xp: Any, param: Array, grad: Array, v: Array, lr: float, momentum: float
) -> tuple[Array, ...]:
    """``v = momentum * v + grad``; the step is ``lr * (grad + momentum * v)``."""
    v = momentum * v + grad
    return lr * (grad + momentum * v), v


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


class Nesterov(Momentum):
    """``v = momentum * v + grad``, then ``W -= lr * (grad + momentum * v)`` (Nesterov, 1983).

    The step is the one that momentum would do next if the gradient stayed (Sutskever et al.,
    2013). Parameters are those of `Momentum`.

    Examples
    --------
    >>> optimizer, params = Nesterov(lr=0.1, momentum=0.5), {"W": np.zeros(1)}
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.ones(1)})
    >>> params["W"]
    array([-0.325])
    """

    rule = UpdateRule(
        "nesterov",
        _formula,
        state=("v",),
        constants=("momentum",),
        kernel="v = momentum * v + grad; param -= lr * (grad + momentum * v)",
    )
    decaying = UpdateRule(
        "nesterov_decaying",
        _decaying,
        state=("v",),
        constants=("momentum",),
        entrywise=("weight_decay",),
        kernel="""
            const T slope = grad + weight_decay * param;
            v = momentum * v + slope;
            param -= lr * (slope + momentum * v);
        """,
    )
