"""Slopes of a function around a point, and what they say about it: derivative, errors, kinks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Protocol

from xpnet.backends import Array, backend_of

__all__ = ["Slopes", "measure", "noise"]

SAFETY = 2
"""The truncation estimate is the leading term of a series: twice it covers the rest."""

SPREAD = 64
"""Rounding errors of this many deviations are not met: the differences below add up to 10 of
them, the largest of many thousand lies at 5 times that, and the rest is for a short sample."""

RESOLVED = 1 / 8
"""Of a function that the step resolves, each term of the series is smaller than this share of
the one before."""

TABLE = 8
"""Values in a noise table; its third differences leave nothing of a smooth function."""


FINER, LEVELS = 8, 3
"""Where a kink lies within the step, smaller steps look for the slope at the point itself."""


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
    rounding : float
        A bound on what rounding costs it.
    kinked : array of bool, shape (K,)
        Where the function has a kink within `h`.
    nearest : array, shape (K,)
        The slope at the point itself: `central`, beside a kink with a smaller step.
    slack : array, shape (K,)
        How much less sure `nearest` is beside a kink; 0 elsewhere; infinite on a kink itself,
        where there is no derivative. (Not "between the slopes of the two sides": where several
        ReLUs of a batch sit at 0 together, a right gradient may lie outside.)
    """

    central: Array
    truncation: Array
    rounding: float
    kinked: Array
    nearest: Array
    slack: Array


def measure(moved: Moved, value: float, noise: float, h: float) -> Slopes:
    """Slopes of a function by each of its variables.

    Parameters
    ----------
    moved : callable
    value : float
        The function with nothing moved.
    noise : float
        The standard deviation of its rounding error.
    h : float
    """
    central, truncation, rounding, kinked = _differences(moved, value, noise, h)
    backend = backend_of(central)
    nearest, slack = central + 0, central * 0
    entries = backend.xp.nonzero(kinked)[0]
    for level in range(1, LEVELS + 1):
        if not len(entries):
            break
        host: list[int] = backend.to_numpy(entries).tolist()
        slope, lost, rounded, still = _differences(
            partial(moved, entries=host), value, noise, h / FINER**level
        )
        nearest[entries] = slope
        slack[entries] = lost + rounded
        entries = entries[still]
    slack[entries] = math.inf  # the point is on the kink itself
    return Slopes(central, truncation, rounding, kinked, nearest, slack)


def _differences(
    moved: Moved, value: float, noise: float, h: float
) -> tuple[Array, Array, float, Array]:
    """Central differences, their truncation and rounding, and which are disturbed by a kink.

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
        jump[step] = (above - 2 * value + below) / step
    rounding = SPREAD * noise / h
    # D(h) - D(h/2) holds three quarters of the leading error of D(h)
    change, wider_change = central[h] - central[h / 2], central[2 * h] - central[h]
    truncation = abs(change) * (4 / 3)
    limit = rounding + RESOLVED * truncation
    kinked = abs(jump[h] - 2 * jump[h / 2]) > limit
    kinked |= abs(jump[2 * h] - 2 * jump[h]) > limit
    kinked |= abs(wider_change - 4 * change) > limit
    return central[h], SAFETY * truncation, rounding, kinked


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
    row = [f(k * h / 1024) for k in range(TABLE)]
    for _ in range(3):
        row = [after - before for before, after in pairwise(row)]
    return math.sqrt(sum(d * d for d in row) / len(row) / math.comb(6, 3))
