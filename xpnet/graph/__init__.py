"""Computational graphs: build them, backpropagate, draw them (chapter 5.1 to 5.3)."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from xpnet.graph.collapsing import collapse
from xpnet.graph.diagram import Diagram, Edge, Node, Step
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable

if TYPE_CHECKING:
    from xpnet.graph.dot import to_dot
    from xpnet.graph.mermaid import to_mermaid
    from xpnet.graph.page import to_html
    from xpnet.graph.picture.draw import draw
    from xpnet.graph.text import to_text

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

_SHOWN_BY = {
    "draw": "picture.draw",
    "to_dot": "dot",
    "to_html": "page",
    "to_mermaid": "mermaid",
    "to_text": "text",
}


def __getattr__(name: str) -> Any:
    """What shows a graph is imported at its first use, so that networks stay quick to import."""
    if name in _SHOWN_BY:
        return getattr(importlib.import_module(f"xpnet.graph.{_SHOWN_BY[name]}"), name)
    raise AttributeError(f"module 'xpnet.graph' has no attribute {name!r}")
