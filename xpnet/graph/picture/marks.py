"""What a picture consists of; lengths are in inches, y goes up from the lower edge."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Arrow", "Picture", "Pill", "Point", "Word"]

Point = tuple[float, float]


@dataclass(frozen=True)
class Word:
    """A text on one line.

    Attributes
    ----------
    text : str
    at : Point
        A point of its baseline.
    align : str
        Where on the baseline: "left", "center" or "right".
    role : str
        "symbol", "name", "value" or "grad": decides size and colour.
    """

    text: str
    at: Point
    align: str
    role: str


@dataclass(frozen=True)
class Pill:
    """The outline of an operation: a circle, or a wide one for a long label."""

    left: float
    y: float
    width: float


@dataclass(frozen=True)
class Arrow:
    """A line of cubic curves with a head.

    Attributes
    ----------
    points : tuple of Point
        The start, and for every curve two control points and its end; the last end is the tip.
    role : str
        "forward" or "grad".
    """

    points: tuple[Point, ...]
    role: str


@dataclass(frozen=True)
class Picture:
    """All marks, and the size of the paper."""

    width: float
    height: float
    pills: tuple[Pill, ...]
    arrows: tuple[Arrow, ...]
    words: tuple[Word, ...]
