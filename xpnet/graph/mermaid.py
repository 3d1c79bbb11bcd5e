"""A computational graph for Mermaid, which many sites draw from a fenced block in Markdown."""

from __future__ import annotations

import re

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable
from xpnet.graph.words import edge_lines, one_line

__all__ = ["mermaid", "to_mermaid"]

OUTLINES = {
    "input": ('["', '"]:::name'),
    "constant": ('["', '"]:::name'),
    "operation": ('(["', '"])'),
    "output": ('["', '"]:::name'),
}
CIRCLE = '(("', '"))'
SPECIAL = re.compile(r"_|[.-](?!\w)|[^\w ,()‖×−←/.-]")
"""What is written as a code: all but letters, digits and the signs of numbers and shapes. A point
or a hyphen before a space would begin a list."""


def to_mermaid(y: Variable) -> str:
    """The graph that led to `y` as a flowchart of Mermaid.

    A value stands at its edge, and after `backward` the derivative in a second line, behind an
    arrow that points back.

    Parameters
    ----------
    y : Variable

    Returns
    -------
    str

    Raises
    ------
    ArgumentTypeError
        `y` is no variable.

    Examples
    --------
    >>> from xpnet.graph import examples, to_mermaid
    >>> print(to_mermaid(examples.square()))
    flowchart LR
      ...
    """
    return mermaid(trace(y, steps=False))


def mermaid(diagram: Diagram) -> str:
    """A diagram as a flowchart of Mermaid."""
    nodes = [_node(node) for node in diagram.nodes]
    edges = [_edge(edge, diagram) for edge in diagram.edges]
    return "\n".join(["flowchart LR", *nodes, *edges, "  classDef name fill:none,stroke:none"])


def _node(node: Node) -> str:
    before, after = OUTLINES[node.kind]
    if node.kind == "operation" and len(node.label) <= 3:
        before, after = CIRCLE
    return f"  n{node.key}{before}{_escaped(node.label) or ' '}{after}"


def _edge(edge: Edge, diagram: Diagram) -> str:
    lines = edge_lines(diagram, edge)
    label = f'|"{"<br>".join(map(_escaped, lines))}"|' if lines else ""
    return f"  n{edge.source} -->{label} n{edge.target}"


def _escaped(text: str) -> str:
    """A text in which no sign means anything to Mermaid, HTML or Markdown."""
    return SPECIAL.sub(lambda sign: f"#{ord(sign[0])};", one_line(text))
