"""How wide each level is, and how much space is between them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.layout.arrange import Layout

__all__ = ["spans"]


def spans(
    diagram: Diagram,
    layout: Layout,
    node_width: Callable[[Node], float],
    label_width: Callable[[Edge], float],
    gap: Callable[[float], float],
    start: float = 0.0,
) -> tuple[list[float], list[float]]:
    """Where each level begins and ends, from left to right.

    Parameters
    ----------
    diagram : Diagram
    layout : Layout
    node_width, label_width : callable
        The width of a node, and of the numbers of an edge.
    gap : callable
        The space between two levels for a line that goes up or down by so many rows. The farther
        it goes, the more: the farthest line decides.
    start : float
        Where the first level begins.

    Returns
    -------
    left, right : list of float
    """
    widths, rises = [0.0] * layout.levels, [0.0] * layout.levels
    for node, (level, _) in zip(diagram.nodes, layout.nodes, strict=True):
        widths[level] = max(widths[level], node_width(node))
    for edge, lanes in zip(diagram.edges, layout.edges, strict=True):
        first, row = layout.nodes[edge.source]
        if lanes:
            widths[first + 1] = max(widths[first + 1], label_width(edge))
        for level, (here, there) in enumerate(
            pairwise([row, *lanes, layout.nodes[edge.target][1]]), first
        ):
            rises[level] = max(rises[level], abs(there - here))
    left, right = [], []
    for width, rise in zip(widths, rises, strict=True):
        left.append(start)
        right.append(start + width)
        start += width + gap(rise)
    return left, right
