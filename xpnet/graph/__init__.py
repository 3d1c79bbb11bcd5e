"""Computational graphs: build them, backpropagate, draw them (chapter 5.1 to 5.3)."""

from xpnet.graph.collapse import collapse
from xpnet.graph.diagram import Diagram, Edge, Node, Step
from xpnet.graph.dot import to_dot
from xpnet.graph.draw import draw
from xpnet.graph.mermaid import to_mermaid
from xpnet.graph.page import to_html
from xpnet.graph.text import to_text
from xpnet.graph.trace import trace
from xpnet.graph.variable import Variable

__all__ = [
    "Diagram",
    "Edge",
    "Node",
    "Step",
    "Variable",
    "collapse",
    "draw",
    "to_dot",
    "to_html",
    "to_mermaid",
    "to_text",
    "trace",
]
