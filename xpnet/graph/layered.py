"""The graph of a layered network: one node a layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xpnet.graph.operations import Operation
from xpnet.graph.variable import Variable, applied
from xpnet.layers import part

__all__ = ["LayerNode", "layered_graph"]


class LayerNode(Operation):
    """A layer as an operation of its input, its parameters (and, of a loss, the labels).

    Parameters
    ----------
    layer : layer
        For this node alone: it keeps what its forward has kept.
    name : str
    labelled : bool
        Whether a last input is handed to the layer: the labels of a loss.
    """

    keeps_integers = True  # labels stay labels

    def __init__(self, layer: Any, name: str, labelled: bool = False) -> None:
        self.symbol = self.title = name
        self._layer, self._labelled = layer, labelled
        self._names = () if labelled else tuple(part(layer, "params"))
        self.formula = "its output for {x}"
        to_params = "its backward gives the gradients of its parameters"
        self.rules = (
            "its backward gives the gradient of its input",
            *(to_params for _ in self._names),
            *([""] if labelled else []),
        )
        self.locals = ("from {dout}",) * len(self.rules)

    def forward(self, x: Any, *others: Any) -> Any:
        """The layer's own forward; it has its parameters already."""
        return self._layer.forward(x, *(others[-1:] if self._labelled else ()))

    def backward(self, dout: Any, out: Any, x: Any, *others: Any) -> tuple[Any, ...]:
        """The layer's own backward: the gradients of the input and of the parameters."""
        dx = self._layer.backward(dout)
        grads = part(self._layer, "grads")
        return (dx, *(grads[name] for name in self._names), *([None] if self._labelled else []))


def layered_graph(
    layers: Mapping[str, Any], last_layer: Any, names: Mapping[tuple[int, str], str], x: Any, t: Any
) -> Variable:
    """The loss of one batch, from which every layer and its parameters can be reached.

    Parameters
    ----------
    layers : mapping of str to layer
        For this graph alone: each keeps what its forward has kept.
    last_layer : layer
    names : mapping of (int, str) to str
        What a layer's parameter, by position and own name, is called in the network.
    x, t : array
        The batch and its labels.

    Returns
    -------
    Variable
        After `backward`.
    """
    y = Variable(x, name="x")
    for position, (name, layer) in enumerate(layers.items()):
        params = [
            Variable(array, name=names[position, key])
            for key, array in part(layer, "params").items()
        ]
        y = applied(LayerNode(layer, name), y, *params)
    name = type(last_layer).__name__
    loss = applied(LayerNode(last_layer, name, labelled=True), y, Variable(t, name="t"))
    loss.name = "loss"
    loss.backward()
    return loss
