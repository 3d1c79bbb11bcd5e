"""From a diagram's levels and rows to marks at places on paper."""

from __future__ import annotations

import math
from collections.abc import Callable

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.layout import arrange
from xpnet.graph.picture.columns import Columns
from xpnet.graph.picture.curves import angles, bend, level
from xpnet.graph.picture.marks import Arrow, Picture, Pill, Point, Word
from xpnet.graph.picture.sizes import (
    BACK,
    GRAD_DROP,
    LONGEST,
    MARGIN,
    NAME_LIFT,
    PAD,
    RADIUS,
    ROW,
    VALUE_LIFT,
    middle,
)
from xpnet.graph.words import shortened

__all__ = ["compose"]


def compose(diagram: Diagram, measure: Callable[[str, str], float]) -> Picture:
    """Put every mark of a diagram in its place.

    Labels have columns of their own, in which all lines are level, so that a text is near its own
    line and no other. Lines change rows between the columns.

    Parameters
    ----------
    diagram : Diagram
    measure : callable
        The width in inches of a text in a role.

    Returns
    -------
    Picture
    """
    composition = _Composition(diagram, measure)
    for node in diagram.nodes:
        composition.add_node(node)
    for edge in diagram.edges:
        composition.add_edge(edge)
    return Picture(
        composition.columns.right[-1] + MARGIN,
        composition.top + MARGIN + ROW / 2,
        tuple(composition.pills),
        tuple(composition.arrows),
        tuple(composition.words),
    )


class _Composition:
    """The marks so far."""

    def __init__(self, diagram: Diagram, measure: Callable[[str, str], float]) -> None:
        self.layout = arrange(diagram)
        self.columns = Columns(diagram, self.layout, measure)
        self.top = MARGIN + ROW / 2 + self.layout.rows * ROW
        self.nodes = diagram.nodes
        self.entering: list[list[Edge]] = [[] for _ in diagram.nodes]
        for edge in diagram.edges:
            self.entering[edge.target].append(edge)
        self.angle: dict[int, float] = {}
        self.pills: list[Pill] = []
        self.arrows: list[Arrow] = []
        self.words: list[Word] = []

    def add_node(self, node: Node) -> None:
        """Add a circle with its symbol, or a name."""
        at, row = self.layout.nodes[node.key]
        left, right, y = self.columns.left[at], self.columns.right[at], self._y(row)
        rises = [row - self._rows(edge)[-2] for edge in self.entering[node.key]]
        keys = [edge.key for edge in self.entering[node.key]]
        self.angle.update(zip(keys, angles(rises), strict=True))
        if node.kind == "operation":
            width = self.columns.node(node)
            self.pills.append(Pill(left, y, width))
            self._word(node.label, (left + width / 2, y - middle("symbol")), "center", "symbol")
        elif node.kind == "output":
            self._word(node.label, (left + PAD, y - middle("name")), "left", "name")
        elif node.key in self.columns.sums and node.grad is not None:
            self._word(node.label, (right - PAD, y + NAME_LIFT), "right", "name")
            self._grad(node.grad, right - PAD - self.columns.grad(node.grad), y)
        else:
            role = "value" if node.kind == "constant" else "name"
            self._word(node.label, (right - PAD, y - middle(role)), "right", role)

    def add_edge(self, edge: Edge) -> None:
        """Add an arrow, the value above it, and the derivative that comes back below it."""
        at, _ = self.layout.nodes[edge.source]
        rows = [self._y(row) for row in self._rows(edge)]
        source, target = self.nodes[edge.source], self.nodes[edge.target]
        x = self.columns.right[at]
        if source.kind == "operation":
            x = self.columns.left[at] + self.columns.node(source)
        points = [(x, rows[0])]
        points += level(points[-1], self.columns.right[at])
        for number, y in enumerate(rows[1:-1], at + 1):
            points += bend(points[-1], (self.columns.left[number], y))
            points += level(points[-1], self.columns.right[number])
        angle = self.angle[edge.key]
        tip = self.columns.left[self.layout.nodes[edge.target][0]], rows[-1]
        if target.kind == "operation":
            inward = RADIUS * (1 - math.cos(angle)), RADIUS * math.sin(angle)
            tip = tip[0] + inward[0], tip[1] + inward[1]
        points += bend(points[-1], tip, angle)
        self.arrows.append(Arrow(tuple(points), "forward"))
        if source.kind != "constant" and len(rows) > 2:
            center = (self.columns.left[at + 1] + self.columns.right[at + 1]) / 2
            self._word(edge.value, (center, rows[1] + VALUE_LIFT), "center", "value")
            if edge.grad is not None:
                self._grad(edge.grad, center - self.columns.grad(edge.grad) / 2, rows[1])

    def _grad(self, grad: str, left: float, y: float) -> None:
        """A derivative below a line, behind an arrow that points back."""
        baseline = y - GRAD_DROP
        start = left + BACK, baseline + middle("grad")
        self.arrows.append(Arrow((start, *level(start, left)), "grad"))
        self._word(grad, (left + BACK + PAD, baseline), "left", "grad")

    def _word(self, text: str, at: Point, align: str, role: str) -> None:
        text = shortened(text, LONGEST[role])
        if text:
            self.words.append(Word(text, at, align, role))

    def _rows(self, edge: Edge) -> list[float]:
        """The rows of an edge, from its source to its target."""
        ends = self.layout.nodes[edge.source][1], self.layout.nodes[edge.target][1]
        return [ends[0], *self.layout.edges[edge.key], ends[1]]

    def _y(self, row: float) -> float:
        return self.top - row * ROW
