"""Timing that a noisy machine cannot decide: contenders take turns, and their ratios are kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Ratio", "interleave", "ratio"]


@dataclass(frozen=True)
class Ratio:
    """How long one contender takes for each second of another, over many turns.

    Attributes
    ----------
    median, low, high : float
        The median of the turns, and the quartiles around it.
    """

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3g} ({self.low:.3g} to {self.high:.3g})"


def interleave(
    contenders: Mapping[str, Callable[[], object]],
    turns: int = 40,
    calls: int = 50,
    settle: int = 20,
) -> dict[str, list[float]]:
    """Seconds a call of each contender, turn by turn.

    Parameters
    ----------
    contenders : mapping of str to callable
    turns : int
        Each turn runs every contender once, in the same order, so that they share the weather.
    calls : int
        Calls in a turn, of which the turn is the mean.
    settle : int
        Calls before those that count: a library's threads go on spinning for a while after its
        last call, and would slow whoever comes next.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, contender in contenders.items():
            for _ in range(settle):
                contender()
            begun = time.perf_counter()
            for _ in range(calls):
                contender()
            seconds[name].append((time.perf_counter() - begun) / calls)
    return seconds


def ratio(ours: list[float], theirs: list[float]) -> Ratio:
    """Our seconds over theirs, turn by turn."""
    quotients = [a / b for a, b in zip(ours, theirs, strict=True)]
    low, median, high = statistics.quantiles(quotients, n=4)
    return Ratio(median, low, high)
