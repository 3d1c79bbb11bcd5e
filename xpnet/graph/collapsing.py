"""Several nodes as one (chapter 5.5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.errors import GraphError
from xpnet.graph.operations import Operation
from xpnet.graph.propagation import gradients, topological_order
from xpnet.graph.variable import Variable, applied

__all__ = ["Collapsed", "collapse"]


class Collapsed(Operation):
    """A part of a graph as one node.

    Parameters
    ----------
    symbol : str
    inputs : sequence of Variable
        The inputs of the part.
    output : Variable
        Its output.
    """

    def __init__(self, symbol: str, inputs: Sequence[Variable], output: Variable) -> None:
        self.symbol = self.title = symbol
        self.formula = "its inputs inside it"
        self.rules = ("the upstream value through all nodes inside, one after the other",)
        self.rules *= len(inputs)
        self.locals = ("{dout} through the nodes inside",) * len(inputs)
        self._inputs, self._output = inputs, output

    def forward(self, *values: Any) -> Any:
        """The value of the output."""
        return self._output.value

    def backward(self, dout: Any, out: Any, *values: Any) -> tuple[Any, ...]:
        """The chain rule through the part."""
        found = gradients(self._output, dout, self._inputs)
        by_id = {id(variable): gradient for variable, gradient in found}
        return tuple(by_id[id(source)] for source in self._inputs)


def collapse(y: Variable, *inputs: Variable, symbol: str) -> Variable:
    """The nodes between some inputs and `y` as one node, with the same value and gradients.

    Parameters
    ----------
    y : Variable
        The output. It stays as it is.
    *inputs : Variable
        The inputs of the node; by default all variables that you made yourself.
    symbol : str
        The text in the circle of the node.

    Returns
    -------
    Variable

    Raises
    ------
    GraphError
        An input is no ancestor of `y`, or `y` also depends on a variable that is not among them.

    Examples
    --------
    >>> from xpnet.graph import Variable, collapse
    >>> x = Variable(0.0, name="x")
    >>> four_nodes = 1 / ((x * -1).exp() + 1)
    >>> one_node = collapse(four_nodes, symbol="sigmoid")
    >>> one_node.backward()
    >>> x.grad
    0.25
    """
    inside = topological_order(y, inputs)
    ends = [node for node in inside if node.operation is None and not node.constant]
    inputs = inputs or tuple(ends)
    if y.operation is None or not inputs:
        raise GraphError(
            f"collapse: {y!r} is not computed from a variable: there are no nodes to collapse"
        )
    ancestors = {id(node) for node in inside[:-1]}
    for source in inputs:
        if id(source) not in ancestors:
            raise GraphError(f"collapse: {y!r} does not depend on {source!r}: leave it out")
    given = {id(source) for source in inputs}
    for end in ends:
        if id(end) not in given:
            raise GraphError(
                f"collapse: {y!r} also depends on {end!r}: add it to the inputs, or its gradient "
                "would be lost"
            )
    return applied(Collapsed(symbol, inputs, y), *inputs)
