"""The lines of a picture, as cubic curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xpnet.graph.picture.marks import Point
from xpnet.graph.picture.sizes import STEEPEST

__all__ = ["angles", "bend", "level"]


def angles(rises: Sequence[float]) -> list[float]:
    """At which angle each line enters a circle, in radians, from how far above it comes.

    A line alone, or one on the circle's own row, enters from the left; the others stand fanned
    out above and below.
    """
    if len(rises) == 1:
        return [0.0]
    result = [0.0] * len(rises)
    for side in (1, -1):
        ones = sorted((side * rise, key) for key, rise in enumerate(rises) if side * rise > 0.01)
        for number, (_, key) in enumerate(ones, 1):
            result[key] = side * math.radians(STEEPEST) * number / max(len(ones), 2)
    return result


def level(start: Point, x: float) -> tuple[Point, ...]:
    """What is added to a curve's points to go on to another x at the same height."""
    return bend(start, (x, start[1]))


def bend(start: Point, end: Point, angle: float = 0.0) -> tuple[Point, ...]:
    """What is added to a curve's points to reach another height, there at an angle."""
    reach = (end[0] - start[0]) / 2
    return (
        (start[0] + reach, start[1]),
        (end[0] - reach * math.cos(angle), end[1] + reach * math.sin(angle)),
        end,
    )
