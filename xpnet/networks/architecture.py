"""The architecture of a network as JSON values: described, compared, built again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xpnet import layers
from xpnet.backends import use_backend
from xpnet.checkpoints import Document, TensorFile, class_name
from xpnet.errors import XpnetError
from xpnet.layers import Layer
from xpnet.networks.assembly import by_layer
from xpnet.networks.container import Container

__all__ = ["build_layers", "check_alike", "described"]

PUBLIC = {name: getattr(layers, name) for name in layers.__all__}
KINDS = {n: kind for n, kind in PUBLIC.items() if issubclass(kind, Layer) and kind is not Layer}
"""The layers that can be made from what a file says of them."""


def described(net: Container) -> dict[str, Any]:
    """The classes of a network and its layers, with the names of layers and parameters.

    Examples
    --------
    >>> net = Network({"out": Affine(np.ones((2, 1)), np.ones(1))}, SoftmaxWithLoss())
    >>> described(net)["layers"]
    [{'name': 'out', 'class': 'Affine', 'params': {'W': 'W1', 'b': 'b1'}}]
    """
    own = by_layer(net.places)
    found = [
        {
            "name": name,
            "class": class_name(type(layer)),
            "params": {short: key for key, short in own.get(position, ())},
            **_options(net.stack.layers[position]),
        }
        for position, (name, layer) in enumerate(net.layers.items())
    ]
    last_layer = class_name(type(net.last_layer))
    return {"class": class_name(type(net)), "layers": found, "last_layer": last_layer}


def _options(layer: Layer) -> dict[str, Any]:
    """What a file says of a layer that is not made of its parameters alone."""
    options = layer.options() if type(layer) in KINDS.values() else {}
    return {"options": options} if options else {}


def check_alike(net: Container, saved: Document) -> None:
    """Refuse the architecture of another network.

    A class of one's own may have moved to another module since.

    Raises
    ------
    CheckpointError
    """
    every = [layer.get("class", str) for layer in saved.parts("layers")]
    theirs = [name.rpartition(".")[2] for name in (*every, saved.get("last_layer", str))]
    ours = [type(layer).__name__ for layer in (*net, net.last_layer)]
    if theirs != ours:
        raise saved.error(f"expected {' -> '.join(ours)}, got {' -> '.join(theirs)}")
    own = [layer.part("params").values for layer in saved.parts("layers")]
    names = [str(name) for params in own for name in params.values()]
    if names != list(net.params):
        raise saved.error(
            f"expected the parameters {', '.join(net.params)}, got {', '.join(names)}"
        )


def build_layers(file: TensorFile, saved: Document) -> tuple[dict[str, Any], Any]:
    """The layers by name and the last one, made anew with the arrays of a file.

    Raises
    ------
    CheckpointError
        A layer is of a class of one's own, or what the file says makes no layer.
    """
    made: dict[str, Any] = {}
    for layer in saved.parts("layers"):
        params = layer.part("params").values
        arrays = {short: file.array(str(key)) for short, key in params.items()}
        options = layer.part("options").values if "options" in layer.values else {}
        with use_backend("numpy"):  # where the arrays of a file are
            made[layer.get("name", str)] = _built(layer, layer.get("class", str), arrays, options)
    return made, _built(saved, saved.get("last_layer", str), {}, {})


def _built(
    saved: Document, name: str, arrays: Mapping[str, Any], options: Mapping[str, Any]
) -> Any:
    if name not in KINDS:
        raise saved.error(
            f"expected a layer of xpnet, got one of the class {name:.80}: make the network with "
            "it, and fill it by net.load_weights(path)"
        )
    try:
        return KINDS[name].from_params(arrays, options)
    except (XpnetError, TypeError) as error:
        given = ", ".join([*arrays, *options])
        raise saved.error(f"{name} cannot be made of {given}: {error}") from error
