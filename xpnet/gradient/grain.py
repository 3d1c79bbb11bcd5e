"""The rounding of a function, seen in its values: what a difference of two of them can tell."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import median

__all__ = ["APART", "SPREAD", "STILL", "grain", "noise"]

APART = 16
"""Deviations: two values of a function are not further apart by rounding alone. The largest of
many thousand errors lies at 5, and a short sample may be a third of what it should be."""

STILL = 1 / (2 * APART)
"""Deviations: what was rounded away altogether was to move by one epsilon over two steps."""

SPREAD = 64
"""Deviations: the differences that tell kinks add up to 20 errors of values."""

TABLE = 8
"""Values in a noise table; its third differences leave nothing of a smooth function."""

STEPS = 64
"""Values for each step in a close look."""

LAG = 16
"""Over so many values the bend of the function is measured."""

BOUND = 20 / SPREAD
"""A deviation that covers errors of this share of it: 20 of them meet in the differences of
`slopes`."""


def noise(f: Callable[[float], float], h: float) -> float:
    """The standard deviation of the rounding error of `f` near 0.

    Parameters
    ----------
    f : callable
        ``f(s)`` is the function with one variable moved by s.
    h : float
        The step of the differences that the noise will disturb.

    Notes
    -----
    From the third differences of values so close that all else cancels (Moré and Wild,
    "Estimating computational noise", 2011): their mean square is 20 times the variance.
    """
    thirds = [f(k * h / 1024) for k in range(TABLE)]
    for _ in range(3):
        thirds = _differences(thirds)
    return math.sqrt(sum(d * d for d in thirds) / len(thirds) / math.comb(6, 3))


def grain(f: Callable[[float], float], h: float) -> float:
    """As `noise`, from values all over the step, so that rounding in stairs is seen as well.

    Where ``1 + exp(-25)`` is rounded, a table near 0 may lie on one stair and see nothing.

    Parameters
    ----------
    f : callable
        ``f(s)`` is the function with one variable moved by s.
    h : float
        The step; `f` is looked at from -2h to 2h.

    Returns
    -------
    float
        A deviation that covers every error seen; 0 where `f` is not finite.

    Notes
    -----
    Rounding moves a value, so a difference of neighbours sticks out from those around it. A kink
    changes all differences from there on: their running median follows, and nothing sticks out.
    The bend of the function is taken off first, since the median of a steep row is its middle.
    """
    rises = _differences([f(k * h / STEPS) for k in range(-2 * STEPS, 2 * STEPS + 1)])
    if not math.isfinite(sum(rises)):
        return 0.0
    bend = median(after - before for before, after in zip(rises, rises[LAG:], strict=False)) / LAG
    rises = [rise - k * bend for k, rise in enumerate(rises)]
    around = (rises[k - 2 : k + 3] for k in range(2, len(rises) - 2))
    return BOUND * max(abs(five[2] - median(five)) for five in around)


def _differences(row: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(row)]
