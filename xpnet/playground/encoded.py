"""A network as the page's script reads it: its layers, with their parameters in base64."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

from xpnet.backends import to_numpy
from xpnet.errors import ArgumentTypeError, NetworkError
from xpnet.layers import Affine, Dropout, LeakyRelu, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from xpnet.networks import Network
from xpnet.networks.classifier import (
    check_classifier,
    input_side,
    names_of_classes,
    scale_of_pixels,
)

__all__ = ["MOST_PARAMETERS", "encoded"]

LAYERS = Affine, Relu, LeakyRelu, Sigmoid, Tanh, Dropout, SoftmaxWithLoss
"""What the page computes; a class derived from one of them may compute something else."""
MOST_PARAMETERS = 20_000_000
"""In float32 a page of 107 MB."""


def encoded(net: Network) -> dict[str, Any]:
    """What the page needs of a network, as JSON values.

    Parameters
    ----------
    net : Network
        Of `Affine`, `Relu`, `LeakyRelu`, `Sigmoid`, `Tanh` and `Dropout`, with `SoftmaxWithLoss`
        as the last layer; its input are square pictures, and it has a `pixel_scale`.

    Raises
    ------
    NetworkError, ArgumentTypeError
        It is another network, or no network.

    Examples
    --------
    >>> net = TwoLayerNet(4, 3, 2, seed=0)
    >>> net.pixel_scale = 1 / 255
    >>> from xpnet.playground.encoded import encoded
    >>> made = encoded(net)
    >>> made["side"], made["classes"], [layer["name"] for layer in made["layers"]]
    (2, ['0', '1'], ['Affine1', 'Relu1', 'Affine2'])
    """
    if not isinstance(net, Network):
        raise ArgumentTypeError(f"expected a network, such as xpnet.load(path), got {net!r:.80}")
    check_classifier(net)
    _check_layers(net)
    widths, side = _widths(net), input_side(net)
    scale, classes = scale_of_pixels(net), names_of_classes(net)
    if not math.isfinite(float(net.backend.xp.abs(net.params.flat).max())):
        raise NetworkError(
            "expected finite parameters, got NaN or infinity: train the network anew"
        )
    layers = [
        {
            "name": name,
            "kind": type(layer).__name__,
            "size": width,
            "params": {key: _base64(array) for key, array in layer.params.items()},
            "options": layer.options(),
        }
        for (name, layer), width in zip(net.layers.items(), widths, strict=True)
        if type(layer) is not Dropout  # in inference it does nothing
    ]
    return {
        "dtype": str(net.dtype),
        "scale": scale,
        "side": side,
        "classes": classes,
        "layers": layers,
    }


def _check_layers(net: Network) -> None:
    """Refuse by name what the page does not compute."""
    for name, layer in (*net.layers.items(), ("the last layer", net.last_layer)):
        if type(layer) not in LAYERS:
            raise NetworkError(
                f"expected a network of the layers {_listed(LAYERS)}, got "
                f"{name} ({type(layer).__name__}), which a page cannot compute"
            )
    if net.params.count > MOST_PARAMETERS:
        raise NetworkError(
            f"the network has {net.params.count:,} parameters, and a page holds at most "
            f"{MOST_PARAMETERS:,}: train a smaller one"
        )


def _listed(kinds: Sequence[type]) -> str:
    *others, last = (kind.__name__ for kind in kinds)
    return f"{', '.join(others)} and {last}"


def _widths(net: Network) -> list[int]:
    """How many values each layer gives."""
    width, widths = net.sizes[0], []
    for name, layer in net.layers.items():
        if isinstance(layer, Affine):
            takes, gives = layer.W.shape
            if takes != width:
                raise NetworkError(
                    f"{name} takes {takes} values, and the layer before gives {width}"
                )
            width = gives
        widths.append(width)
    return widths


def _base64(array: Any) -> str:
    """The numbers in order, little-endian."""
    host = to_numpy(array)
    return base64.b64encode(host.astype(host.dtype.newbyteorder("<")).tobytes()).decode()
