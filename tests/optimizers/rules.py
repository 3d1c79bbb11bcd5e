"""A function of six numbers, for optimizers to go down."""

import numpy as np

import xpnet
from xpnet.parameters import Parameters

CURVATURE, START, STEPS = np.linspace(-0.5, 2, 6), np.linspace(-2, 3, 6), 50


def slope(p, part=slice(None)):
    """The gradient of ``CURVATURE * p**2 / 2 + sin(3 * p) / 3``, of all numbers or a part."""
    return CURVATURE[part] * p + np.cos(3 * p)


def on_backend(values, flat=True, dtype="float64"):
    """Six numbers as W (2, 2) and b (2,), in `Parameters` or in a plain dict."""
    array = xpnet.asarray(values, dtype)
    arrays = {"W": array[:4].reshape(2, 2).copy(), "b": array[4:].copy()}
    return Parameters(arrays) if flat else arrays


def numbers(params):
    """These six numbers, on the host."""
    return np.concatenate([xpnet.to_numpy(params[name]).ravel() for name in ("W", "b")])


def run(optimizer, params, steps=STEPS, flat=True):
    """So many steps down the slope, and where they lead."""
    for _ in range(steps):
        optimizer.update(params, on_backend(slope(numbers(params)), flat))
    return numbers(params)
