"""How each layer of the library is expressed in ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from xpnet.errors import NetworkError
from xpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import Network

__all__ = ["Node", "expressed", "expressed_loss"]


class Node(NamedTuple):
    """An operator of ONNX.

    Attributes
    ----------
    operator : str
        Its name in the standard.
    params : tuple of str
        The layer's parameters that it takes, behind the layer's input.
    attributes : mapping of str to number
    """

    operator: str
    params: tuple[str, ...] = ()
    attributes: Mapping[str, int] = MappingProxyType({})


LAYERS: dict[type, Node] = {
    Affine: Node("Gemm", ("W", "b")),  # x @ W + b
    Relu: Node("Relu"),
    Sigmoid: Node("Sigmoid"),
}
LOSSES: dict[type, Node] = {
    SoftmaxWithLoss: Node("Softmax", attributes={"axis": 1}),
}
"""For each loss layer what makes probabilities of the scores."""


def expressed(net: Network) -> dict[str, Node]:
    """The operator of each layer but the last, by the layer's name.

    Raises
    ------
    NetworkError
        A layer is of a class that the table does not have, such as one of one's own.

    Examples
    --------
    >>> [node.operator for node in expressed(TwoLayerNet(4, 3, 2)).values()]
    ['Gemm', 'Relu', 'Gemm']
    """
    return {name: _found(name, layer, LAYERS) for name, layer in net.layers.items()}


def expressed_loss(net: Network) -> Node:
    """The operator that makes probabilities of the scores.

    Raises
    ------
    NetworkError
    """
    return _found("last_layer", net.last_layer, LOSSES)


def _found(name: str, layer: Any, table: dict[type, Node]) -> Node:
    # by its very class: what is derived from one may compute something else
    node = table.get(type(layer))
    if node is None:
        known = ", ".join(kind.__name__ for kind in table)
        raise NetworkError(
            f"the layer {name} ({type(layer).__name__}) cannot be exported to ONNX: expected one "
            f"of {known}; the parameters alone are handed on by net.state_dict()"
        )
    return node
