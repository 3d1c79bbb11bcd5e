"""How far each optimizer's update may be from the exact one, from the same bits.

A constant (lr, momentum, 1 - decay) is rounded to the dtype once, so a product with it counts 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from xpnet.optimizers.weight_decay import DecayingOptimizer
from xpnet.parity.bounds import Bound, unit_roundoff

__all__ = ["PARAM", "UPDATE_RULES", "UpdateBound"]

PARAM = "param"
"""Under this name a rule gives the bound of the parameter."""

UpdateBound = Callable[[Any, Array, Array, Mapping[str, Array], str], Mapping[str, Bound]]
"""``rule(optimizer, param, grad, state, dtype)`` gives a mapping: under ``"param"`` the `Bound` of
the parameter after the update, under the name of each slot of the state that of the slot. All
arrays are float64 on the host, as they were before the update; ``optimizer.steps`` counts it."""

ROOT = 2
"""What a square root counts as: one unit in the last place, where it is not rounded rightly."""


def _sgd(
    optimizer: SGD, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    slope, lr = _slope(optimizer, param, grad), _rate(optimizer)
    # lr, product, subtraction; lr makes a gradient that underflowed larger
    floor = lr * (1 + slope.floor)
    return {PARAM: Bound(np.abs(param) + lr * slope.scale, slope.count + 3, floor)}


def _momentum(
    optimizer: Momentum, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    v, lr = _velocity(optimizer, param, grad, state), _rate(optimizer)
    # lr, which makes what underflowed larger, product, subtraction
    floor = lr * (v.count + 1 + v.floor)
    return {"v": v, PARAM: Bound(np.abs(param) + lr * v.scale, v.count + 3, floor)}


def _nesterov(
    optimizer: Nesterov, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    slope, v = _slope(optimizer, param, grad), _velocity(optimizer, param, grad, state)
    lr = _rate(optimizer)
    # momentum, product, sum; then as for momentum
    step, count = slope.scale + optimizer.momentum * v.scale, v.count + 3
    floor = lr * (count + 1 + slope.floor + v.floor)
    return {"v": v, PARAM: Bound(np.abs(param) + lr * step, count + 3, floor)}


def _velocity(optimizer: Momentum, param: Array, grad: Array, state: Mapping[str, Array]) -> Bound:
    """``momentum * v + slope``."""
    slope = _slope(optimizer, param, grad)
    # momentum, product, sum
    v = optimizer.momentum * np.abs(state["v"]) + slope.scale
    return Bound(v, 3 + slope.count, slope.floor)


def _adagrad(
    optimizer: AdaGrad, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    h = Bound(state["h"] + grad * grad, 2)  # square, sum: all terms are positive
    return {"h": h, PARAM: _quotient(optimizer, param, Bound(np.abs(grad), 0), h, dtype)}


def _rmsprop(
    optimizer: RMSProp, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    decay = optimizer.decay
    # 1 - decay, two products, sum
    h = Bound(decay * state["h"] + (1 - decay) * grad * grad, 4)
    return {"h": h, PARAM: _quotient(optimizer, param, Bound(np.abs(grad), 0), h, dtype)}


def _adam(
    optimizer: Adam, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    slope, exact = _slope(optimizer, param, grad), grad + _decay(optimizer, param) * param
    m, v, quotient = _averages(optimizer, slope, exact, state, dtype)
    return {"m": m, "v": v, PARAM: _quotient(optimizer, param, *quotient, dtype)}


def _adamw(
    optimizer: AdamW, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    m, v, quotient = _averages(optimizer, Bound(np.abs(grad), 0), grad, state, dtype)
    found = _quotient(optimizer, param, *quotient, dtype)
    decay = _rate(optimizer) * _decay(optimizer, param) * np.abs(param)
    # the decay: itself, lr, two products, a sum
    bound = Bound(found.scale + decay, found.count + 5, found.floor + _rate(optimizer))
    return {"m": m, "v": v, PARAM: bound}


def _averages(
    optimizer: Adam, slope: Bound, exact: Array, state: Mapping[str, Array], dtype: str
) -> tuple[Bound, Bound, tuple[Bound, Bound]]:
    """Both averages of a slope, and both corrected for their start at 0."""
    beta1, beta2 = optimizer.betas
    m = Bound(beta1 * np.abs(state["m"]) + (1 - beta1) * slope.scale, 3 + slope.count, slope.floor)
    square = beta2 * state["v"] + (1 - beta2) * exact * exact
    # a slope whose terms cancel has few right digits, and so has its square
    off = slope.count * slope.scale
    squared = (1 - beta2) * off * (2 * np.abs(exact) + unit_roundoff(dtype) * off)
    v = Bound(square, 4 + np.divide(squared, square, out=0 * square, where=square > 0))
    # the bias is rounded, and divided by
    m_hat = Bound(m.scale / (1 - beta1**optimizer.steps), m.count + 2, m.floor)
    v_hat = Bound(v.scale / (1 - beta2**optimizer.steps), v.count + 2)
    return m, v, (m_hat, v_hat)


def _slope(optimizer: DecayingOptimizer, param: Array, grad: Array) -> Bound:
    """``grad + weight_decay * param``; the gradient itself where nothing decays."""
    decay = _decay(optimizer, param)
    if not decay:
        return Bound(np.abs(grad), 0)
    # weight_decay, product, sum
    return Bound(np.abs(grad) + decay * np.abs(param), 3, 1)


def _decay(optimizer: DecayingOptimizer, param: Array) -> float:
    """The weight decay of this parameter."""
    return optimizer.entrywise(param.ndim)["weight_decay"]


def _rate(optimizer: Optimizer) -> float:
    """The learning rate of the step that was done."""
    return optimizer.rate(optimizer.steps)


def _quotient(
    optimizer: AdaGrad | RMSProp | Adam, param: Array, above: Bound, square: Bound, dtype: str
) -> Bound:
    """``param - lr * above / (sqrt(square) + eps)``."""
    below = np.sqrt(square.scale) + optimizer.eps
    lr = _rate(optimizer)
    step = lr * above.scale / below
    # a root makes what underflowed under it larger, and the division what underflowed above
    number = np.finfo(dtype)
    under_root = np.sqrt(4 * float(number.tiny)) / below / (float(number.eps) / 2)
    # lr, product; the square, its root, a sum; quotient, subtraction
    count = above.count + 2 + (square.count + ROOT + 1 + under_root) + 1 + 1
    return Bound(np.abs(param) + step, count, lr * (above.count + 2 + above.floor) / below)


UPDATE_RULES: dict[type, Any] = {
    SGD: _sgd,
    Momentum: _momentum,
    Nesterov: _nesterov,
    AdaGrad: _adagrad,
    RMSProp: _rmsprop,
    Adam: _adam,
    AdamW: _adamw,
}
"""By exact type: a subclass may compute otherwise."""
