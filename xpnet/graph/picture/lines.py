"""The lines of a picture: from node to node, level through the numbers and bent between them."""

from __future__ import annotations

from itertools import pairwise

from xpnet.graph.diagram import Diagram
from xpnet.graph.picture.places import Places
from xpnet.graph.picture.shapes import half

__all__ = ["paths"]

HEAD = 9.0
"""Before its target, for the head of the arrow, a line is level."""


def paths(diagram: Diagram, found: Places) -> list[str]:
    """The line of each edge, as the data of an SVG path.

    Parameters
    ----------
    diagram : Diagram
    found : Places
    """
    sources = [edge.source for edge in diagram.edges]
    targets = [edge.target for edge in diagram.edges]
    starts = _shifts(found, sources, [run[1][2] for run in found.runs])
    ends = _shifts(found, targets, [run[-2][2] for run in found.runs])
    made = []
    for edge, run, start, end in zip(diagram.edges, found.runs, starts, ends, strict=True):
        pieces = list(run)
        behind = half(diagram.nodes[edge.source], start)
        before = half(diagram.nodes[edge.target], end)
        pieces[0] = run[0][0] + behind, run[0][1], run[0][2] + start
        pieces[-1] = run[-1][0] - HEAD, run[-1][1] - before, run[-1][2] + end
        path = [f"M{pieces[0][0]:.1f} {pieces[0][2]:.1f}"]
        for (_, x, y), (other_x, _, other_y) in pairwise(pieces):
            middle = (x + other_x) / 2
            path.append(f"H{x:.1f}")
            if abs(other_y - y) > 0.05:
                path.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {other_y:.1f} ")
                path.append(f"{other_x:.1f} {other_y:.1f}")
        made.append("".join([*path, f"H{pieces[-1][1]:.1f}"]))
    return made


def _shifts(found: Places, nodes: list[int], y: list[float]) -> list[float]:
    """How far above or below the middle of its node each edge ends, in order of their heights.

    A line that comes level goes on level.
    """
    shifts = [0.0] * len(nodes)
    at: dict[int, list[int]] = {}
    for edge in sorted(range(len(nodes)), key=lambda edge: y[edge]):
        at.setdefault(nodes[edge], []).append(edge)
    for node, edges in at.items():
        level = [i for i, edge in enumerate(edges) if abs(y[edge] - found.nodes[node][1]) < 1]
        middle = level[0] if level else (len(edges) - 1) / 2
        apart = min(15.0, 16.0 / max(middle, len(edges) - 1 - middle, 1.0))
        for number, edge in enumerate(edges):
            shifts[edge] = (number - middle) * apart
    return shifts
