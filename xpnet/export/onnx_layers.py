"""How each layer of the library is expressed in ONNX."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from xpnet.errors import NetworkError
from xpnet.layers import (
    Affine,
    BatchNorm,
    Dropout,
    LeakyRelu,
    MeanSquaredError,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.networks import Network

__all__ = ["Node", "expressed", "expressed_loss"]


class Node(NamedTuple):
    """An operator of ONNX.

    Attributes
    ----------
    operator : str
        Its name in the standard.
    params : tuple of str
        The layer's parameters and buffers that it takes, behind the layer's input.
    attributes : mapping of str to number
    options : mapping of str to str
        Further attributes, and the layer's options that give their values.
    """

    operator: str
    params: tuple[str, ...] = ()
    attributes: Mapping[str, float] = MappingProxyType({})
    options: Mapping[str, str] = MappingProxyType({})


LAYERS: dict[type, Node] = {
    Affine: Node("Gemm", ("W", "b")),  # x @ W + b
    BatchNorm: Node(
        "BatchNormalization",
        ("gamma", "beta", "running_mean", "running_var"),
        options={"epsilon": "eps"},
    ),
    Relu: Node("Relu"),
    LeakyRelu: Node("LeakyRelu", options={"alpha": "slope"}),
    Sigmoid: Node("Sigmoid"),
    Tanh: Node("Tanh"),
}
LOSSES: dict[type, Node | None] = {
    SoftmaxWithLoss: Node("Softmax", attributes={"axis": 1}),
    MeanSquaredError: None,
}
"""For each loss layer what makes probabilities of the scores; None where they are predictions."""


def expressed(net: Network) -> dict[str, Node]:
    """The operator of each layer but the last, by the layer's name.

    `Dropout` has none: in inference it does nothing.

    Raises
    ------
    NetworkError
        A layer is of a class that the table does not have, such as one of one's own.

    Examples
    --------
    >>> [node.operator for node in expressed(TwoLayerNet(4, 3, 2)).values()]
    ['Gemm', 'Relu', 'Gemm']
    """
    found = {}
    for name, layer in net.layers.items():
        if type(layer) is Dropout:
            continue
        node: Node = _found(name, layer, LAYERS)
        options = {own: layer.options()[option] for own, option in node.options.items()}
        found[name] = node._replace(attributes={**node.attributes, **options})
    return found


def expressed_loss(net: Network) -> Node | None:
    """The operator that makes probabilities of the scores; None where they are predictions.

    Raises
    ------
    NetworkError
    """
    found: Node | None = _found("last_layer", net.last_layer, LOSSES)
    return found


def _found(name: str, layer: Any, table: Mapping[type, Any]) -> Any:
    # by its very class: what is derived from one may compute something else
    if type(layer) not in table:
        known = ", ".join(kind.__name__ for kind in table)
        raise NetworkError(
            f"the layer {name} ({type(layer).__name__}) cannot be exported to ONNX: expected one "
            f"of {known}; the parameters alone are handed on by net.state_dict()"
        )
    return table[type(layer)]
