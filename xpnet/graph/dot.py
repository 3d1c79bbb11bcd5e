"""A computational graph in DOT, the language of Graphviz."""

from __future__ import annotations

from xpnet.graph.diagram import Diagram, Edge, Node
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable
from xpnet.graph.words import edge_lines, one_line

__all__ = ["dot", "to_dot"]

HEAD = """digraph {
  rankdir=LR
  node [fontname="sans-serif"]
  edge [fontname="sans-serif", fontsize=11]"""
ATTRIBUTES = {
    "input": "shape=plaintext",
    "constant": "shape=plaintext, fontsize=11",
    "operation": "shape=box, style=rounded",
    "output": "shape=plaintext",
}
ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "&": "&amp;"})
"""A backslash begins an escape, a quote ends the label, and & begins a sign of HTML."""


def to_dot(y: Variable) -> str:
    r"""The graph that led to `y` in DOT: ``dot -Tsvg`` draws it.

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
    >>> from xpnet.graph import examples, to_dot
    >>> print(to_dot(examples.square()))
    digraph {
      rankdir=LR
      ...
      n0 [label="x", shape=plaintext]
      ...
      n2 [label="+", shape=circle]
      ...
      n0 -> n2 [label="2\n← 10"]
      ...
    }
    """
    return dot(trace(y, steps=False))


def dot(diagram: Diagram) -> str:
    """A diagram in DOT."""
    nodes = [_node(node) for node in diagram.nodes]
    edges = [_edge(edge, diagram) for edge in diagram.edges]
    return "\n".join([HEAD, *nodes, *edges, "}"])


def _node(node: Node) -> str:
    attributes = ATTRIBUTES[node.kind]
    if node.kind == "operation" and len(node.label) <= 3:
        attributes = "shape=circle"
    return f"  n{node.key} [label={_quoted(node.label)}, {attributes}]"


def _edge(edge: Edge, diagram: Diagram) -> str:
    lines = edge_lines(diagram, edge)
    label = f" [label={_quoted(*lines)}]" if lines else ""
    return f"  n{edge.source} -> n{edge.target}{label}"


def _quoted(*lines: str) -> str:
    """Lines of a label, in which no sign means anything to Graphviz."""
    escaped = (one_line(line).translate(ESCAPES) for line in lines)
    return '"' + "\\n".join(escaped) + '"'
