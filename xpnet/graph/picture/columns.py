"""How wide each level of a picture is, and how much room is between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.layout import Layout, spans
from xpnet.graph.picture.sizes import (
    BACK,
    BEND,
    BEND_A_ROW,
    LONGEST,
    MARGIN,
    PAD,
    RADIUS,
    ROUND,
    WIDEST_BEND,
)
from xpnet.graph.words import shortened

__all__ = ["Columns"]


class Columns:
    """Where each level begins and ends, from left to right.

    Parameters
    ----------
    diagram : Diagram
    layout : Layout
    measure : callable
        The width in inches of a text in a role.

    Attributes
    ----------
    left, right : list of float
        The edges of each level.
    sums : set of int
        The keys of inputs with several uses, whose derivative is the sum of those at their edges,
        and stands under their name.
    """

    def __init__(
        self, diagram: Diagram, layout: Layout, measure: Callable[[str, str], float]
    ) -> None:
        self.measure = measure
        uses = Counter(edge.source for edge in diagram.edges)
        inputs = {node.key for node in diagram.nodes if node.kind == "input" and node.grad}
        self.sums = {key for key in inputs if uses[key] > 1}
        self.left, self.right = spans(diagram, layout, self.node, self.label, _gap, MARGIN)

    def node(self, node: Node) -> float:
        """The width of a circle, of a wider outline, or of a name with its pads."""
        if node.kind == "operation":
            text = self.measure(shortened(node.label, LONGEST["symbol"]), "symbol")
            return 2 * RADIUS if text < ROUND * RADIUS else text + 1.2 * RADIUS
        role = "value" if node.kind == "constant" else "name"
        name = self.measure(shortened(node.label, LONGEST[role]), role)
        below = self.grad(node.grad) if node.key in self.sums else 0.0
        return max(name, below) + PAD if name or below else 0.0

    def label(self, edge: Edge) -> float:
        """The width of the numbers on an edge with pads on both sides."""
        value = self.measure(shortened(edge.value, LONGEST["value"]), "value")
        return max(value, self.grad(edge.grad)) + 2 * PAD

    def grad(self, grad: str | None) -> float:
        """The width of a derivative with its arrow."""
        if grad is None:
            return 0.0
        return BACK + PAD + self.measure(shortened(grad, LONGEST["grad"]), "grad")


def _gap(rise: float) -> float:
    return min(BEND + BEND_A_ROW * rise, WIDEST_BEND)
