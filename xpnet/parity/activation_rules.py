"""Rules for the rounding errors of activations; `layer_rules` says what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array, load_backend
from xpnet.layers import LeakyRelu, Relu, Sigmoid, Tanh
from xpnet.parity.bounds import ELEMENTARY, INPUT, Bound

__all__ = ["ACTIVATION_RULES"]


def _relu_forward(params: Mapping[str, Array], x: Array) -> Bound:
    return Bound(np.abs(x), 0)  # selection is exact


def _relu_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    return {INPUT: Bound(np.abs(dout), 0)}


SIGMOID = ELEMENTARY + 2
"""Roundings of ``1 / (1 + exp(-x))``, or ``e / (1 + e)`` with ``e = exp(-|x|)``: exp, a sum and a
quotient."""


def _sigmoid_forward(params: Mapping[str, Array], x: Array) -> Bound:
    return Bound(load_backend("numpy").sigmoid(x), SIGMOID)


def _sigmoid_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    # the saved y has an error of gamma * y, which changes (1 - y) y by |1 - 2y| gamma * y; three
    # roundings follow, and one is for the square of gamma * y, since the scale is >= y / 2
    y = load_backend("numpy").sigmoid(x)
    return {INPUT: Bound(np.abs(dout) * ((1 - y) * y + np.abs(1 - 2 * y) * y), SIGMOID + 4)}


def _tanh_forward(params: Mapping[str, Array], x: Array) -> Bound:
    return Bound(np.abs(np.tanh(x)), ELEMENTARY)


def _tanh_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    # the saved y has an error of gamma * y, which changes y * y by 2 gamma * y * y; a square, a
    # difference and a product follow, and one rounding is for the square of gamma * y
    y = np.tanh(x)
    return {INPUT: Bound(np.abs(dout) * ((1 - y * y) + 2 * y * y), ELEMENTARY + 4)}


def _leaky_relu_forward(params: Mapping[str, Array], x: Array) -> Bound:
    # below 0 a rounded slope and the product with it
    below = x <= 0
    return Bound(np.abs(np.where(below, params["slope"] * x, x)), np.where(below, 2, 0))


def _leaky_relu_backward(params: Mapping[str, Array], dout: Array, x: Array) -> dict[str, Bound]:
    below = x <= 0
    return {INPUT: Bound(np.abs(np.where(below, params["slope"] * dout, dout)), 2 * below)}


ACTIVATION_RULES: dict[type, tuple[Callable[..., Any], Callable[..., Any]]] = {
    Relu: (_relu_forward, _relu_backward),
    LeakyRelu: (_leaky_relu_forward, _leaky_relu_backward),
    Sigmoid: (_sigmoid_forward, _sigmoid_backward),
    Tanh: (_tanh_forward, _tanh_backward),
}
"""The forward and the backward of the rule of each."""
