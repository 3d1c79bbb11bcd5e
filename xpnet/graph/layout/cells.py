"""A diagram cut into levels: columns of nodes, and between them columns of labels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from xpnet.graph.diagram import Diagram

__all__ = ["Cells", "cut"]

SHORT = 3
"""Up to so many columns of operations, every input stands at the left margin, as in the book."""
NODE, LANE, NUMBER = 1.0, 0.5, 0.7
"""Rows that are taken by a node or a labelled line, by a bare line, and by a constant."""


@dataclass(frozen=True)
class Cells:
    """What stands on the levels: the nodes, and a cell wherever an edge passes a level.

    The keys of the nodes are those of their cells; cells of edges are counted on from there.

    Attributes
    ----------
    level : list of int
        Of each cell. Even levels hold nodes, odd ones the labels of edges, and constants.
    height : list of float
        Of each cell, in rows.
    minor : list of bool
        Whether a cell is a leaf of the graph, or an edge that leads from one.
    paths : list of list of int
        For each edge the cells from its source to its target, one on each level.
    before, after : list of list of int
        The neighbours of each cell, in the order of the edges.
    """

    level: list[int]
    height: list[float]
    minor: list[bool]
    paths: list[list[int]]
    before: list[list[int]]
    after: list[list[int]]


def cut(diagram: Diagram) -> Cells:
    """Give each node a level, and each edge a cell on every level that it passes."""
    level = _levels(diagram)
    height = [NUMBER if node.kind == "constant" else NODE for node in diagram.nodes]
    minor = [node.kind in ("input", "constant") for node in diagram.nodes]
    paths = []
    for edge in diagram.edges:
        between = range(level[edge.source] + 1, level[edge.target])
        first = len(level)
        paths.append([edge.source, *range(first, first + len(between)), edge.target])
        level += between
        minor += [minor[edge.source]] * len(between)
        labelled = diagram.nodes[edge.source].kind != "constant"
        height += [NODE if labelled and k == 0 else LANE for k in range(len(between))]
    before: list[list[int]] = [[] for _ in level]
    after: list[list[int]] = [[] for _ in level]
    for path in paths:
        for left, right in pairwise(path):
            before[right].append(left)
            after[left].append(right)
    return Cells(level, height, minor, paths, before, after)


def _levels(diagram: Diagram) -> list[int]:
    """An operation right of its inputs; a constant, or an input of a long graph, near its use."""
    nodes, columns = diagram.nodes, [0] * len(diagram.nodes)
    for edge in sorted(diagram.edges, key=lambda edge: edge.target):
        columns[edge.target] = max(columns[edge.target], columns[edge.source] + 1)
    levels = [2 * column for column in columns]
    firsts: dict[int, int] = {}
    for edge in diagram.edges:
        firsts[edge.source] = min(levels[edge.target], firsts.get(edge.source, levels[edge.target]))
    operations = [columns[node.key] for node in nodes if node.kind == "operation"]
    is_short = max(operations, default=0) <= SHORT
    for node in nodes:
        if node.key not in firsts:
            continue
        if node.kind == "constant":
            levels[node.key] = firsts[node.key] - 1
        elif node.kind == "input" and not is_short:
            levels[node.key] = firsts[node.key] - 2
    return levels
