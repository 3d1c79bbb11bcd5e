"""How far each optimizer's update may be from the exact one, from the same bits.

A constant (lr, momentum, 1 - decay) is rounded to the dtype once, so a product with it counts 2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parity.bounds import Bound

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
    # lr, product, subtraction; lr makes a gradient that underflowed larger
    return {PARAM: Bound(np.abs(param) + optimizer.lr * np.abs(grad), 3, optimizer.lr)}


def _momentum(
    optimizer: Momentum, param: Array, grad: Array, state: Mapping[str, Array], dtype: str
) -> dict[str, Bound]:
    v = optimizer.momentum * np.abs(state["v"]) + np.abs(grad)
    # v: momentum, product, sum; then lr, which makes what underflowed larger, product, subtraction
    floor = optimizer.lr * (3 + 1)
    return {"v": Bound(v, 3), PARAM: Bound(np.abs(param) + optimizer.lr * v, 3 + 3, floor)}


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
    beta1, beta2 = optimizer.betas
    m = Bound(beta1 * np.abs(state["m"]) + (1 - beta1) * np.abs(grad), 3)
    v = Bound(beta2 * state["v"] + (1 - beta2) * grad * grad, 4)
    # the bias is rounded, and divided by
    m_hat = Bound(m.scale / (1 - beta1**optimizer.steps), m.count + 2)
    v_hat = Bound(v.scale / (1 - beta2**optimizer.steps), v.count + 2)
    return {"m": m, "v": v, PARAM: _quotient(optimizer, param, m_hat, v_hat, dtype)}


def _quotient(
    optimizer: AdaGrad | RMSProp | Adam, param: Array, above: Bound, square: Bound, dtype: str
) -> Bound:
    """``param - lr * above / (sqrt(square) + eps)``."""
    below = np.sqrt(square.scale) + optimizer.eps
    step = optimizer.lr * above.scale / below
    # a root makes what underflowed under it larger, and the division what underflowed above
    number = np.finfo(dtype)
    under_root = np.sqrt(4 * float(number.tiny)) / below / (float(number.eps) / 2)
    # lr, product; the square, its root, a sum; quotient, subtraction
    count = above.count + 2 + (square.count + ROOT + 1 + under_root) + 1 + 1
    return Bound(np.abs(param) + step, count, optimizer.lr * (above.count + 2) / below)


UPDATE_RULES: dict[type, Any] = {
    SGD: _sgd,
    Momentum: _momentum,
    AdaGrad: _adagrad,
    RMSProp: _rmsprop,
    Adam: _adam,
}
"""By exact type: a subclass may compute otherwise."""
