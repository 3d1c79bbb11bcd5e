"""The sizes of what stands in the player's picture, in its pixels."""

from __future__ import annotations

import math
import unicodedata

from xpnet.graph.diagram import Edge, Node
from xpnet.graph.words import shortened

__all__ = ["corner", "half", "node_width", "shape", "short", "slot_width"]

LONGEST = 26
"""Columns of a terminal that a text takes at most; the table has it whole."""
RADIUS = 25.0
LEAST_SLOT = 36.0


def shape(node: Node) -> tuple[float, float]:
    """Width and height of a node: a circle, or as wide as its text."""
    height = {"operation": 2 * RADIUS, "constant": 28.0}.get(node.kind, 36.0)
    return height if _round(node) else max(height, _width(short(node.label)) + 24), height


def corner(node: Node) -> float:
    """The radius of its corners: operations with long names are boxes, all else ends round."""
    return 12.0 if node.kind == "operation" and not _round(node) else shape(node)[1] / 2


def half(node: Node, shift: float) -> float:
    """From the middle of a node to its border, so far above or below the middle."""
    width, height = shape(node)
    radius = corner(node)
    over = min(max(abs(shift) - (height / 2 - radius), 0.0), radius)
    return width / 2 - radius + math.sqrt(radius**2 - over**2)


def node_width(node: Node, total: str) -> float:
    """The room of a node, with a text below it if that is not empty."""
    return max(shape(node)[0], _width(total))


def slot_width(edge: Edge) -> float:
    """The room of the numbers of an edge."""
    return max(_width(short(edge.value)), _width(short(edge.grad or "")), LEAST_SLOT) + 8


def short(text: str) -> str:
    """A text on one line, that ends in "…" if it is long."""
    return shortened(text, LONGEST)


def _round(node: Node) -> bool:
    return node.kind == "operation" and _width(node.label) < 2 * RADIUS - 8


def _width(text: str) -> float:
    """What a text of 16 pixels may take: fonts differ, and these are the widths of a wide one."""
    return sum(_letter(letter) for letter in text)


def _letter(letter: str) -> float:
    if letter in "(),.:;|‖' []/ijl":
        return 6.8
    if letter in "mwMW@…" or unicodedata.east_asian_width(letter) in "WF":
        return 16.5
    return 12.5 if letter.isupper() else 10.5
