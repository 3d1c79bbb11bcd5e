"""Slopes of a function around a point, and what they say about it: derivative, errors, kinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from xpnet.backends import Array, backend_of
from xpnet.gradient.grain import APART, SPREAD, grain

__all__ = ["Slopes", "measure", "one_of"]

SAFETY = 2
"""The truncation estimate is the leading term of a series: twice it covers the rest."""

RESOLVED = 1 / 8
"""Of a function that the step resolves, each term of the series is smaller than this share of
the one before."""

FINER, LEVELS = 8, 3
"""Where a kink lies within the step, smaller steps look for the slope at the point itself."""

FADED = 8
"""The smallest step is disturbed by this much less than the first where the slope itself does not
jump, only its rate: ``max(s, 0)**2`` has a derivative at 0."""


class Moved(Protocol):
    """``moved(s)``: the function with each variable moved by s in turn, shape (K,)."""

    def __call__(self, s: float, /, *, entries: Sequence[int] | None = None) -> Array: ...


@dataclass(frozen=True)
class Slopes:
    """Central differences of a function by each of many variables, and their quality.

    Attributes
    ----------
    central : array, shape (K,)
        ``(f(x + h) - f(x - h)) / 2h`` for each variable.
    truncation : array, shape (K,)
        A bound on what the step `h` costs `central` where the function is smooth.
    rounding : float or array, shape (K,)
        A bound on what rounding costs it, and a kink too small to be told from rounding.
    kinked : array of bool, shape (K,)
        Where the function has a kink within `h`.
    nearest : array, shape (K,)
        The slope at the point itself: `central`, beside a kink with a smaller step.
    slack : array, shape (K,)
        How much less sure `nearest` is beside a kink, and where only the bend jumps; 0 elsewhere;
        infinite on a kink itself, where there is no derivative. (Not "between the slopes of the
        two sides": where several ReLUs of a batch sit at 0 together, a right gradient may lie
        outside.)
    """

    central: Array
    truncation: Array
    rounding: Any
    kinked: Array
    nearest: Array
    slack: Array


def measure(moved: Moved, value: Any, noise: Any, h: float) -> Slopes:
    """Slopes of a function by each of its variables.

    Parameters
    ----------
    moved : callable
    value : float or array, shape (K,)
        The function with nothing moved.
    noise : float or array, shape (K,)
        The standard deviation of its rounding error. Where what looks like a kink turns out to
        be more rounding than this, more is taken.
    h : float
    """
    central, truncation, disturbance = _differences(moved, value, h)
    noise = _without_false_kinks(moved, disturbance, noise, h)
    kinked = disturbance > SPREAD * noise / h
    backend = backend_of(central)
    nearest, slack = central + 0, central * 0
    entries = backend.xp.nonzero(kinked)[0]
    for level in range(1, LEVELS + 1):
        if not len(entries):
            break
        host: list[int] = backend.to_numpy(entries).tolist()
        finer, step = partial(moved, entries=host), h / FINER**level
        slope, lost, disturbed = _differences(finer, _of(value, entries), step)
        rounded = SPREAD * _of(noise, entries) / step
        nearest[entries] = slope
        slack[entries] = lost + rounded
        left = disturbed > rounded
        entries, disturbed = entries[left], disturbed[left]
    if len(entries):
        # a kink at the point itself disturbs every step alike; a bend that jumps there does not
        faded = disturbed * FADED < _of(disturbance, entries)
        slack[entries] += backend.xp.where(faded, disturbed, math.inf)
    # a kink too small to be told from rounding costs no more than it disturbs
    unsure = backend.xp.where(~kinked & (disturbance > 0), disturbance, 0)
    return Slopes(central, truncation, APART * noise / h + unsure, kinked, nearest, slack)


def one_of(moved: Moved, entry: int, start: float = 0.0) -> Callable[[float], float]:
    """The function of one variable alone, from a place beside the point."""
    return lambda s: float(moved(start + s, entries=[entry])[0])


def _differences(moved: Moved, value: Any, h: float) -> tuple[Array, Array, Array]:
    """Central differences, their truncation, and by how much a kink or rounding disturbs them.

    For a smooth function the central difference at step s is ``f' + s**2 f''' / 6``: two step
    sizes give the second term, which is four times as large at twice the step. The slopes to
    the two sides differ by ``s f''``, twice as much at twice the step. A kink breaks these
    proportions: there the sides differ by the jump of the slope whatever the step, less where
    the kink lies beside the point. Three steps find it wherever it lies within h.
    """
    central, jump = {}, {}
    for step in (h / 2, h, 2 * h):
        above, below = moved(step), moved(-step)
        central[step] = (above - below) / (2 * step)
        jump[step] = ((above - value) + (below - value)) / step
    # D(h) - D(h/2) holds three quarters of the leading error of D(h)
    change, wider_change = central[h] - central[h / 2], central[2 * h] - central[h]
    truncation = abs(change) * (4 / 3)
    maximum = backend_of(change).xp.maximum
    disturbance = maximum(abs(jump[h] - 2 * jump[h / 2]), abs(jump[2 * h] - 2 * jump[h]))
    disturbance = maximum(disturbance, abs(wider_change - 4 * change))
    return central[h], SAFETY * truncation, disturbance - RESOLVED * truncation


def _without_false_kinks(moved: Moved, disturbance: Array, noise: Any, h: float) -> Any:
    """The noise, or more where the least disturbed entry is disturbed by rounding, not by a kink.

    All entries move one function, and share its rounding: when the least is a kink, all are.
    """
    xp = backend_of(disturbance).xp
    while True:
        suspects = disturbance > SPREAD * noise / h
        if not bool(suspects.any()):
            return noise
        least = int(xp.where(suspects, disturbance, math.inf).argmin())
        found = grain(one_of(moved, least), h)
        if not float(disturbance[least]) <= SPREAD * found / h:
            return noise
        noise = xp.zeros_like(disturbance) + noise
        noise = xp.where(noise < found, found, noise)


def _of(per_entry: Any, entries: Array) -> Any:
    """Some of many numbers; one number stands for all."""
    return per_entry[entries] if getattr(per_entry, "ndim", 0) else per_entry
