"""Several nodes drawn, and propagated, as one (chapter 5.5.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.errors import GraphError
from xpnet.graph.operations import Operation
from xpnet.graph.propagation import gradients, in_order
from xpnet.graph.variable import Variable, applied

__all__ = ["Collapsed", "collapse"]


class Collapsed(Operation):
    """A part of a graph as one node.

    Parameters
    ----------
    symbol : str
    inputs : sequence of Variable
        Where the part begins.
    output : Variable
        Where it ends.
    """

    def __init__(self, symbol: str, inputs: Sequence[Variable], output: Variable) -> None:
        self.symbol = self.title = symbol
        self.formula = "its inputs inside it"
        self.rules = ("the upstream value through all nodes inside, one after the other",)
        self.rules *= len(inputs)
        self.locals = ("{dout} through the nodes inside",) * len(inputs)
        self._inputs, self._output = inputs, output

    def forward(self, *values: Any) -> Any:
        """What the part has computed."""
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
        Where the node begins; by default at all variables that you made yourself.
    symbol : str
        What stands in the circle.

    Returns
    -------
    Variable

    Raises
    ------
    GraphError
        An input does not lead to `y`, or `y` also comes from a variable that is not among them.

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
    inside = in_order(y, inputs)
    ends = [node for node in inside if node.operation is None and not node.constant]
    inputs = inputs or tuple(ends)
    if y.operation is None or not inputs:
        raise GraphError(
            f"collapse: {y!r} is made from no variable: there are no nodes to collapse"
        )
    led = {id(node) for node in inside[:-1]}
    for source in inputs:
        if id(source) not in led:
            raise GraphError(f"collapse: {source!r} does not lead to {y!r}: leave it out")
    named = {id(source) for source in inputs}
    for end in ends:
        if id(end) not in named:
            raise GraphError(
                f"collapse: {y!r} also comes from {end!r}: name it among the inputs too, or its "
                "gradient would be lost"
            )
    return applied(Collapsed(symbol, inputs, y), *inputs)
