"""The sizes of nodes and texts in a picture, in pixels."""

from __future__ import annotations

import math
import unicodedata

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.words import shortened

__all__ = [
    "LINE",
    "corner",
    "half",
    "line_count",
    "lines",
    "node_width",
    "shape",
    "shortened_label",
    "slot_width",
]

LINE = 18.0
"""From one line of a text to the next."""
LONGEST = 26
"""Columns of a terminal that a line takes at most; the page's table has the whole text."""
RADIUS = 25.0
LEAST_SLOT = 36.0


def shape(node: Node) -> tuple[float, float]:
    """Width and height of a node: a circle, or as wide as its text."""
    height = {"operation": 2 * RADIUS, "constant": 28.0}.get(node.kind, 36.0)
    width = height if _is_circle(node) else max(height, _width(shortened_label(node.label)) + 24)
    return width, height


def corner(node: Node) -> float:
    """The radius of its corners: operations with long names are boxes, all else ends round."""
    return 12.0 if node.kind == "operation" and not _is_circle(node) else shape(node)[1] / 2


def half(node: Node, shift: float) -> float:
    """From the middle of a node to its border, at a height so far from the middle."""
    width, height = shape(node)
    radius = corner(node)
    over = min(max(abs(shift) - (height / 2 - radius), 0.0), radius)
    return width / 2 - radius + math.sqrt(radius**2 - over**2)


def node_width(node: Node, total: str) -> float:
    """The width of a node, with a text below it if that is not empty."""
    return max(shape(node)[0], _widest(total))


def slot_width(edge: Edge) -> float:
    """The width that the numbers of an edge take."""
    return max(_widest(edge.value), _widest(edge.grad or ""), LEAST_SLOT) + 8


def lines(text: str) -> list[str]:
    """A value as it is shown: an array has its norm below its shape.

    Examples
    --------
    >>> lines("220"), lines("(3, 784) ‖15.95‖")
    (['220'], ['(3, 784)', '‖15.95‖'])
    """
    first, bar, norm = text.partition(" ‖")
    parts = [first, "‖" + norm] if bar else [first]
    return [shortened(part, LONGEST) for part in parts]


def line_count(diagram: Diagram) -> int:
    """How many lines the numbers of an edge take at most."""
    texts = [text for edge in diagram.edges for text in (edge.value, edge.grad or "")]
    return max((len(lines(text)) for text in texts), default=1)


def shortened_label(text: str) -> str:
    """A label on one line, that ends in "…" if it is long."""
    return shortened(text, LONGEST)


def _is_circle(node: Node) -> bool:
    return node.kind == "operation" and _width(node.label) < 2 * RADIUS - 8


def _widest(text: str) -> float:
    return max(_width(line) for line in lines(text))


def _width(text: str) -> float:
    """What a text of 16 pixels may take: fonts differ, and these are the widths of a wide one."""
    return sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if letter in "(),.:;|‖' []/ijl":
        return 6.8
    if letter in "mwMW@…" or unicodedata.east_asian_width(letter) in "WF":
        return 16.5
    return 12.5 if letter.isupper() else 10.5
