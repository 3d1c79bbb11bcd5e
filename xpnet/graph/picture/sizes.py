"""Lengths in a picture, in inches, and the sizes of letters, in points."""

from __future__ import annotations

__all__ = [
    "BACK",
    "BEND",
    "BEND_A_ROW",
    "GRAD_DROP",
    "LONGEST",
    "MARGIN",
    "NAME_LIFT",
    "PAD",
    "POINTS",
    "RADIUS",
    "ROUND",
    "ROW",
    "STEEPEST",
    "VALUE_LIFT",
    "WIDEST_BEND",
    "middle",
]

POINTS = {"symbol": 12.5, "name": 11.0, "value": 9.5, "grad": 9.5}
"""By the role of a word."""
LONGEST = {"symbol": 20, "name": 24, "value": 24, "grad": 24}
"""Columns of a terminal that a word takes at most; what is longer is cut."""
ROW = 0.62
RADIUS = 0.23
"""Of a circle, and of the ends of a wider outline."""
ROUND = 1.65
"""Radii that a symbol in a circle is wide at most; a longer one stretches the circle."""
MARGIN = 0.15
PAD = 0.07
"""Beside a text."""
VALUE_LIFT, GRAD_DROP = 0.065, 0.145
"""From a line up to the baseline of the value, and down to that of the derivative."""
NAME_LIFT = 0.04
"""From the middle up to the baseline of a name under which a derivative stands."""
BACK = 0.18
"""The length of the small arrow that points back."""
BEND, BEND_A_ROW, WIDEST_BEND = 0.3, 0.06, 0.9
"""The room for lines that change rows: at least, more for each row, at most."""
STEEPEST = 60.0
"""Degrees at which a line may enter a circle."""


def middle(role: str) -> float:
    """How far below the middle of its capitals the baseline of a word is."""
    return 0.365 * POINTS[role] / 72
