"""Aims of benchmarks: relative speeds that a run is held against, and prints beside its results."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from xpnet.bench import Result
from xpnet.bench.units import digits

__all__ = ["Aim", "compared"]


@dataclass(frozen=True)
class Aim:
    """Bounds of the relative speed of a case.

    Attributes
    ----------
    case : str
    at_least, at_most : float
        At most 0.4 for a contender: xpnet, the baseline, is to take at most 0.4 of its time.
    """

    case: str
    at_least: float = 0
    at_most: float = math.inf

    @property
    def bound(self) -> str:
        """In words."""
        if self.at_least:
            return f"at least {self.at_least:.3g}"
        return f"at most {self.at_most:.3g}"


def compared(results: Iterable[Result], aims: Iterable[Aim]) -> list[str]:
    """A line for each aim whose case was timed."""
    by_case = {result.case: result for result in results if result.relative_speed}
    lines = []
    for aim in aims:
        result = by_case.get(aim.case)
        if result is None:
            continue
        speed = result.relative_speed.median
        reached = "reached" if aim.at_least <= speed <= aim.at_most else "not reached"
        lines.append(
            f"{result.table}, {result.work}, {aim.case}: relative speed {digits(speed)}, "
            f"aim {aim.bound}: {reached}"
        )
    return lines
