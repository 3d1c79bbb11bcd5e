"""The graph of a network: one node a layer."""

from __future__ import annotations

import copy
from typing import Any

from xpnet.backends import Array
from xpnet.graph.operations import Operation
from xpnet.graph.variable import Variable, applied
from xpnet.layers import Layer
from xpnet.networks import Network
from xpnet.networks.out_of_memory import explains_memory_errors

__all__ = ["LayerNode", "network_graph"]


class LayerNode(Operation):
    """A layer as an operation of its input, its parameters (and, of a loss, the labels).

    Parameters
    ----------
    layer : layer
        For this node alone: it keeps what its forward has saved.
    name : str
    labelled : bool
        Whether a last input is handed to the layer: the labels of a loss.
    """

    keeps_integers = True  # labels stay labels

    def __init__(self, layer: Layer, name: str, labelled: bool = False) -> None:
        self.symbol = self.title = name
        self._layer, self._labelled = layer, labelled
        self._names = () if labelled else tuple(layer.params)
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
        grads = self._layer.grads
        return (dx, *(grads[name] for name in self._names), *([None] if self._labelled else []))


@explains_memory_errors
def network_graph(net: Network, /, x: Array, t: Array) -> Variable:
    """The computational graph of the loss of one batch, one node a layer, gradients done.

    It is of a copy of the network as it is now. `xpnet.graph.draw` shows at each edge the shape
    and the norm of what went forward and of the gradient that came back.

    Parameters
    ----------
    net : Network
    x : array, shape (N, ...)
    t : array, integers (N,) or rows (N, C)

    Returns
    -------
    Variable
        The loss, from which every layer and its parameters can be reached.

    Raises
    ------
    ShapeError, LabelError, MixedBackendError, ArgumentTypeError, OutOfMemoryError

    Examples
    --------
    >>> from xpnet.graph import network_graph
    >>> net = TwoLayerNet(4, 3, 2, seed=0)
    >>> loss = network_graph(net, np.ones((5, 4)), np.zeros(5, dtype=int))
    >>> scores = loss.inputs[0]
    >>> scores.operation.symbol, scores.shape, scores.grad.shape
    ('Affine2', (5, 2), (5, 2))
    """
    rows = net.check_inputs(x, t).cast(x, net.dtype)
    net = copy.deepcopy(net)
    params: dict[str, list[Variable]] = {name: [] for name in net.stack.names}
    for key, (position, _) in net.places.items():
        params[net.stack.names[position]].append(Variable(net.params[key], name=key))

    def node(name: str, layer: Layer, x: Variable) -> Variable:
        return applied(LayerNode(layer, name), x, *params[name])

    scores = net.stack.forward(Variable(rows, name="x"), node)
    last = LayerNode(net.stack.last_layer, type(net.last_layer).__name__, labelled=True)
    loss = applied(last, scores, Variable(t, name="t"))
    loss.name = "loss"
    loss.backward()
    return loss
