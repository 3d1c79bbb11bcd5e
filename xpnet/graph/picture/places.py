"""Where the nodes, lines and numbers of a picture stand, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

from xpnet.graph.diagram import Diagram
from xpnet.graph.layout import arrange, spans
from xpnet.graph.picture.shapes import LINE, line_count, node_width, slot_width

__all__ = ["Places", "places"]

ABOVE, BELOW = 26.0, 48.0
"""Above and below the middle of a row: half a circle, and the numbers at a line or below a node."""
BELOW_WITHOUT_GRADS = 32.0
LEVEL, BEND, BEND_A_ROW, WIDEST_BEND = 16.0, 30.0, 9.0, 90.0
"""Between two levels: where all lines are level; where they bend, with more for each row up or
down; and at most."""


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
        _gap,
    )
    has_grads = any(edge.grad is not None for edge in diagram.edges)
    more = LINE * (line_count(diagram) - 1)
    above, below = ABOVE + more, (BELOW if has_grads else BELOW_WITHOUT_GRADS) + has_grads * more
    row_height = above + below
    edge_rows = []  # for each edge: its first level, and its y on each
    for edge, lanes in zip(diagram.edges, layout.edges, strict=True):
        first, row = layout.nodes[edge.source]
        rows = row, *lanes, layout.nodes[edge.target][1]
        edge_rows.append((first, [above + row_height * row for row in rows]))
    middle = [(a + b) / 2 for a, b in zip(left, right, strict=True)]
    nodes = [(middle[level], above + row_height * row) for level, row in layout.nodes]
    runs = []
    for edge, (first, y) in zip(diagram.edges, edge_rows, strict=True):
        run = [(left[level], right[level], height) for level, height in enumerate(y, first)]
        run[0] = nodes[edge.source][0], *run[0][1:]
        run[-1] = run[-1][0], nodes[edge.target][0], run[-1][2]
        runs.append(run)
    return Places(
        nodes=nodes,
        slots=[(middle[first + 1], y[1]) for first, y in edge_rows],
        runs=runs,
        width=right[-1],
        height=above + row_height * layout.rows + below,
    )


def _gap(rise: float) -> float:
    """Between two levels, of which the steepest line goes up or down by so many rows."""
    return LEVEL if rise < 0.01 else min(BEND + BEND_A_ROW * rise, WIDEST_BEND)
