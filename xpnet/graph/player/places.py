"""Where the boxes, lines and numbers of the player's picture stand, in its pixels."""

from __future__ import annotations

from dataclasses import dataclass

from xpnet.graph.diagram import Diagram
from xpnet.graph.layout import arrange, spans
from xpnet.graph.player.shapes import node_width, slot_width

__all__ = ["Places", "places"]

ROW = 74.0
ABOVE, BELOW = 26.0, 48.0
"""What the highest and the lowest row need: a circle, and the numbers under a line or a circle."""
BEND, STEEPEST, LONGEST_BEND = 24.0, 0.7, 120.0
"""Between two levels lines bend: room at least, for each pixel up or down, and at most."""


@dataclass(frozen=True)
class Places:
    """Where everything stands; x to the right and y down, from 0.

    Attributes
    ----------
    nodes : list of (float, float)
        The middle of each node.
    slots : list of (float, float)
        The middle of the numbers of each edge, on its line.
    runs : list of list of (float, float, float)
        For each edge the level pieces of its line, (left, right, y): the first begins in the
        middle of its source, the last ends in the middle of its target.
    width, height : float
    """

    nodes: list[tuple[float, float]]
    slots: list[tuple[float, float]]
    runs: list[list[tuple[float, float, float]]]
    width: float
    height: float


def places(diagram: Diagram, sums: dict[int, str]) -> Places:
    """Give every level of the layout the width that it needs, and every row the same height.

    Parameters
    ----------
    diagram : Diagram
    sums : dict of int to str
        What stands under some of the nodes.
    """
    layout = arrange(diagram)
    left, right = spans(
        diagram,
        layout,
        lambda node: node_width(node, sums.get(node.key, "")),
        slot_width,
        lambda rise: max(BEND, min(STEEPEST * ROW * rise, LONGEST_BEND)),
    )
    lines = []  # for each edge: its first level, and its y on each
    for edge, lanes in zip(diagram.edges, layout.edges, strict=True):
        first, row = layout.nodes[edge.source]
        rows = row, *lanes, layout.nodes[edge.target][1]
        lines.append((first, [ABOVE + ROW * row for row in rows]))
    middle = [(a + b) / 2 for a, b in zip(left, right, strict=True)]
    nodes = [(middle[level], ABOVE + ROW * row) for level, row in layout.nodes]
    runs = []
    for edge, (first, y) in zip(diagram.edges, lines, strict=True):
        run = [(left[level], right[level], height) for level, height in enumerate(y, first)]
        run[0] = nodes[edge.source][0], *run[0][1:]
        run[-1] = run[-1][0], nodes[edge.target][0], run[-1][2]
        runs.append(run)
    return Places(
        nodes=nodes,
        slots=[(middle[first + 1], y[1]) for first, y in lines],
        runs=runs,
        width=right[-1],
        height=ABOVE + ROW * layout.rows + BELOW,
    )
