"""Timing that a noisy machine cannot decide: contenders take turns, and their ratios are kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Spread", "interleave", "ratio", "spread"]


@dataclass(frozen=True)
class Spread:
    """What a quantity is in the middle of many turns, and the quartiles around it.

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


def ratio(ours: list[float], theirs: list[float]) -> Spread:
    """Our seconds over theirs, turn by turn.

    Examples
    --------
    >>> ratio([1.0, 2.0, 9.0], [2.0, 4.0, 18.0]).median
    0.5
    """
    return spread([a / b for a, b in zip(ours, theirs, strict=True)])


def interleave(
    contenders: Mapping[str, Callable[[], object]],
    turns: int,
    warm: bool = True,
    tick: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Seconds of each contender, turn by turn.

    Parameters
    ----------
    contenders : mapping of str to callable
        Each has waited for its own device when it returns.
    turns : int
        In each turn every contender runs, in the same order, so that they share the weather.
    warm : bool
        Whether each runs once unmeasured before it is measured, in every turn: the threads of
        the library before it go on spinning for a while, and its own caches are cold.
    tick : callable
        Called after each contender's turn: moves a progress bar.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, contender in contenders.items():
            if warm:
                contender()
            begun = time.perf_counter()
            contender()
            seconds[name].append(time.perf_counter() - begun)
            tick()
    return seconds
