"""Rounding noise of a function, measured from its values."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from statistics import median

__all__ = ["KINK_DEVIATIONS", "MAX_DEVIATIONS", "UNCHANGED_WEIGHT", "interval_noise", "table_noise"]

MAX_DEVIATIONS = 16
"""Rounding moves two values apart by no more than this many standard deviations. The largest of
many thousand errors is near 5, and a small sample may underestimate the deviation threefold."""

UNCHANGED_WEIGHT = 1 / (2 * MAX_DEVIATIONS)
"""Deviations of a value that did not change: its change was below one epsilon over two steps."""

KINK_DEVIATIONS = 64
"""Standard deviations that the kink indicator exceeds only at a kink: it adds up to 20 errors."""

TABLE_SIZE = 8
"""Values in the difference table: third differences cancel whatever is smooth in them."""

VALUES_PER_STEP = 64
"""Values that `interval_noise` takes in each step."""

CURVATURE_LAG = 16
"""Neighbouring differences between which the curvature is measured."""

NOISE_PER_ERROR = 20 / KINK_DEVIATIONS
"""A deviation for which the kink indicator tolerates 20 errors of the size that was seen."""


def table_noise(f: Callable[[float], float], h: float) -> float:
    """The standard deviation of the rounding error of `f` near 0, from a difference table.

    Parameters
    ----------
    f : callable
        ``f(s)`` is the function with one variable moved by s.
    h : float
        The step of the central differences that the noise disturbs.

    Notes
    -----
    The mean square of the third differences of closely spaced values is ``comb(6, 3)``, that is
    20, times the variance (Moré and Wild, "Estimating computational noise", 2011).
    """
    thirds = [f(k * h / 1024) for k in range(TABLE_SIZE)]
    for _ in range(3):
        thirds = _differences(thirds)
    return math.sqrt(sum(d * d for d in thirds) / len(thirds) / math.comb(6, 3))


def interval_noise(f: Callable[[float], float], h: float) -> float:
    """A deviation that covers the rounding errors of `f` on the whole interval from -2h to 2h.

    `table_noise` sees nothing where rounding makes `f` constant over its short table, as
    ``1 + exp(-25 + s)``, which is a staircase of s.

    Parameters
    ----------
    f : callable
        ``f(s)`` is the function with one variable moved by s.
    h : float
        The step.

    Returns
    -------
    float
        0 where `f` is not finite.

    Notes
    -----
    A rounding error makes one difference of neighbouring values stand out from those around it.
    A kink changes all differences after it, so their running median follows, and none stands
    out. The curvature is subtracted first, since the median of a steep sequence is its middle.
    """
    last = 2 * VALUES_PER_STEP
    rises = _differences([f(k * h / VALUES_PER_STEP) for k in range(-last, last + 1)])
    if not math.isfinite(sum(rises)):
        return 0.0
    changes = [b - a for a, b in zip(rises, rises[CURVATURE_LAG:], strict=False)]
    curvature = median(changes) / CURVATURE_LAG
    rises = [rise - k * curvature for k, rise in enumerate(rises)]
    windows = (rises[k - 2 : k + 3] for k in range(2, len(rises) - 2))
    return NOISE_PER_ERROR * max(abs(window[2] - median(window)) for window in windows)


def _differences(row: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(row)]
