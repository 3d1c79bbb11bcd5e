"""Computational graphs: build them, backpropagate, draw them (chapter 5.1 to 5.3)."""

from __future__ import annotations

from xpnet.graph.collapsing import collapse
from xpnet.graph.diagram import Diagram, Edge, Node, Step
from xpnet.graph.dot import to_dot
from xpnet.graph.layered import network_graph
from xpnet.graph.mermaid import to_mermaid
from xpnet.graph.page import to_html
from xpnet.graph.picture.draw import draw
from xpnet.graph.picture.picture import Picture
from xpnet.graph.text import to_text
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable

__all__ = [
    "Diagram",
    "Edge",
    "Node",
    "Picture",
    "Step",
    "Variable",
    "collapse",
    "draw",
    "network_graph",
    "to_dot",
    "to_html",
    "to_mermaid",
    "to_text",
    "trace",
]
