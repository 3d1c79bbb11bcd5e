"""Timing that holds on a noisy machine: cases take turns, and their ratios are taken by turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Spread", "interleave", "ratio", "spread"]


@dataclass(frozen=True)
class Spread:
    """Median and quartiles of a quantity over many turns.

    Attributes
    ----------
    median, low, high : float
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


def spread(values: list[float]) -> Spread:
    """Median and quartiles; of one value, three times that value.

    Examples
    --------
    >>> print(spread([1.0, 2.0, 3.0, 4.0, 50.0]))
    3 (2 to 4)
    """
    if len(values) == 1:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def ratio(first: list[float], second: list[float]) -> Spread:
    """The first seconds over the second, turn by turn.

    Examples
    --------
    >>> ratio([1.0, 2.0, 9.0], [2.0, 4.0, 18.0]).median
    0.5
    """
    return spread([a / b for a, b in zip(first, second, strict=True)])


def interleave(
    cases: Mapping[str, Callable[[], object]], turns: int, *, warm: bool = True
) -> dict[str, list[float]]:
    """Seconds of each case, turn by turn.

    Parameters
    ----------
    cases : mapping of str to callable
        Each has waited for its own device when it returns.
    turns : int
        In each turn every case runs once, in the same order, so that a slow moment of the machine
        slows them all.
    warm : bool
        Whether each case also runs once unmeasured in every turn: the threads of the library
        before it go on spinning for a while, and its own caches are cold.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(turns):
        for name, case in cases.items():
            if warm:
                case()
            begun = time.perf_counter()
            case()
            seconds[name].append(time.perf_counter() - begun)
    return seconds
