"""Trace: from a variable back to its inputs, as the diagram that every picture is made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xpnet.errors import ArgumentTypeError
from xpnet.graph.diagram import Diagram, Edge, Node, check_nodes
from xpnet.graph.labels import label
from xpnet.graph.language import translator
from xpnet.graph.propagation import input_gradients, topological_order
from xpnet.graph.steps import describe_steps

if TYPE_CHECKING:
    from xpnet.graph.variable import Variable

__all__ = ["trace"]


def trace(y: Variable, *, language: str = "en", shown_by: str = "", steps: bool = True) -> Diagram:
    """The graph that led to `y`, with the gradients that its last `backward` left.

    Parameters
    ----------
    y : Variable
    language : "en" or "ko"
        Of the sentences in the steps.
    shown_by : str
        "a page" or "a picture", for which a graph may be too large. Default: of any size.
    steps : bool
        Whether to describe each step of the propagation, which takes most of the time.

    Returns
    -------
    Diagram

    Raises
    ------
    ArgumentTypeError
        `y` is no variable.
    GraphError
        A variable leads back to itself.
    OptionError
        The language is none of these, or the graph has more than 500 nodes and is to be shown.

    Examples
    --------
    >>> from xpnet.graph import Variable, trace
    >>> price = Variable(100, name="apple") * Variable(2, name="number")
    >>> price.backward()
    >>> for step in trace(price).steps:
    ...     print(*step.lines)
    multiplication: 100 × 2 = 200
    the derivative of the output by itself is 1
    multiplication: the upstream value times the other input: 1 × 2 = 2 ... 1 × 100 = 100
    """
    if not hasattr(type(y), "operation"):  # Variable shows itself by a trace, and cannot be named
        raise ArgumentTypeError(
            f"expected the xpnet.graph.Variable whose graph is meant, got a {type(y).__name__}"
        )
    translate = translator(language)
    variables = topological_order(y)
    if shown_by:
        check_nodes(len(variables) + 1, shown_by)  # and the output
    keys = {id(variable): key for key, variable in enumerate(variables)}
    nodes = [_node(key, variable) for key, variable in enumerate(variables)]
    end = Node(len(nodes), "output", y.name or "", nodes[-1].value, nodes[-1].grad)
    edges: list[Edge] = []
    for variable in variables:
        handed: list[Any] = [None] * len(variable.inputs)
        if y.grad is not None and variable.grad is not None:
            handed = list(input_gradients(variable, variable.grad))
        for source, gradient in zip(variable.inputs, handed, strict=True):
            start, target = keys[id(source)], keys[id(variable)]
            back = None if gradient is None or source.constant else label(gradient)
            edges.append(Edge(len(edges), start, target, nodes[start].value, back))
    edges.append(Edge(len(edges), keys[id(y)], end.key, end.value, end.grad))
    described = describe_steps(variables, edges, translate) if steps else ()
    return Diagram((*nodes, end), tuple(edges), tuple(described))


def _node(key: int, variable: Variable) -> Node:
    if variable.operation is not None:
        kind, shown = "operation", variable.operation.symbol
    elif variable.constant:
        kind, shown = "constant", variable.name or label(variable.value)
    else:
        kind, shown = "input", variable.name or ""
    return Node(key, kind, shown, label(variable.value), _grad(variable))


def _grad(variable: Variable) -> str | None:
    """Nobody asks for the derivative by a constant."""
    return None if variable.grad is None or variable.constant else label(variable.grad)
