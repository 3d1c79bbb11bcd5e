"""Computational graphs: build them, backpropagate, draw them (chapter 5.1 to 5.3)."""

from xpnet.graph.collapse import collapse
from xpnet.graph.diagram import Diagram, Edge, Node, Step
from xpnet.graph.trace import trace
from xpnet.graph.variable import Variable

__all__ = ["Diagram", "Edge", "Node", "Step", "Variable", "collapse", "trace"]
