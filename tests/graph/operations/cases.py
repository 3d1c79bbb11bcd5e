"""Every operation of a Variable, beside the same of autograd, which is its oracle."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .oracle import autograd_numpy as anp


@dataclass(frozen=True)
class Case:
    """One operation.

    `ours` takes Variables, `theirs` the arrays of autograd; `draw` makes the entries of an input
    from a generator and a shape, off the places where there is no derivative.
    """

    name: str
    ours: Callable[..., Any]
    theirs: Callable[..., Any]
    draw: Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]

    def __repr__(self):
        return self.name


def signed(rng, shape):
    """Of both signs, and off 0."""
    return np.asarray(rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape))


def positive(rng, shape):
    return np.asarray(rng.uniform(0.3, 2.0, shape))


def distinct(rng, shape):
    """No two alike, or so near that a small step changes their order."""
    return np.asarray(rng.permutation(int(np.prod(shape))).reshape(shape) - 1.5)


def both(name, function, draw=signed):
    return Case(name, function, function, draw)


PAIRS = [
    both("add", operator.add),
    both("subtract", operator.sub),
    both("multiply", operator.mul),
    both("divide", operator.truediv),
    both("power", operator.pow, positive),
]
UNARY = [
    both("negative", operator.neg),
    both("reciprocal", lambda x: 1 / x),
    both("number over", lambda x: 3 / x),
    both("number minus", lambda x: 3 - x),
    both("number to the power", lambda x: 2.0**x),
    both("square", lambda x: x**2),
    both("cube root", lambda x: x ** (1 / 3), positive),
    both("power -2", lambda x: x**-2),
    both("power 0", lambda x: x**0),
    both("used twice", lambda x: x * x + x),
    Case("exp", lambda x: x.exp(), lambda x: anp().exp(x), signed),
    Case("log", lambda x: x.log(), lambda x: anp().log(x), positive),
    Case("relu", lambda x: x.relu(), lambda x: anp().maximum(x, 0), signed),
    Case("sigmoid", lambda x: x.sigmoid(), lambda x: 1 / (1 + anp().exp(-x)), signed),
]
REDUCTIONS = [
    Case("sum", lambda x, **how: x.sum(**how), lambda x, **how: anp().sum(x, **how), signed),
    Case("mean", lambda x, **how: x.mean(**how), lambda x, **how: anp().mean(x, **how), signed),
    Case("max", lambda x, **how: x.max(**how), lambda x, **how: anp().max(x, **how), distinct),
]
