"""A network as the page's script reads it: its layers, with their parameters in base64."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from typing import Any

from xpnet.backends import to_numpy
from xpnet.errors import ArgumentTypeError, OptionError
from xpnet.layers import Affine, LeakyRelu, Relu, Sigmoid, SoftmaxWithLoss, Tanh
from xpnet.networks import Network

__all__ = ["MOST_PARAMETERS", "encoded"]

LAYERS = Affine, Relu, LeakyRelu, Sigmoid, Tanh
"""What the page computes; a class derived from one of them may compute something else."""
MOST_PARAMETERS = 20_000_000
"""In float32 a page of 107 MB."""


def encoded(net: Network) -> dict[str, Any]:
    """What the page needs of a network, as JSON values.

    Parameters
    ----------
    net : Network
        Of `Affine`, `Relu`, `LeakyRelu`, `Sigmoid` and `Tanh`, with `SoftmaxWithLoss` as the last
        layer; its input are square pictures, and it has a `pixel_scale`.

    Raises
    ------
    OptionError, ArgumentTypeError
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
    _check_layers(net)
    widths = _widths(net)
    side = math.isqrt(net.sizes[0])
    if side * side != net.sizes[0]:
        raise OptionError(
            f"expected a network of square pictures, such as 784 = 28 x 28 pixels, got an input "
            f"of {net.sizes[0]} values"
        )
    if net.pixel_scale is None:
        raise OptionError(
            "the network does not say what pixels are multiplied by: set net.pixel_scale, such as "
            "1/255, and save it again"
        )
    classes = [str(k) for k in range(widths[-1])] if net.class_names is None else net.class_names
    if len(classes) != widths[-1]:
        raise OptionError(
            f"expected {widths[-1]} class names, one for each score, got {len(classes)}: set "
            "net.class_names"
        )
    if not math.isfinite(float(net.backend.xp.abs(net.params.flat).max())):
        raise OptionError("expected finite parameters, got NaN or infinity: train the network anew")
    layers = [
        {
            "name": name,
            "kind": type(layer).__name__,
            "size": width,
            "params": {key: _base64(array) for key, array in layer.params.items()},
            "options": layer.options(),
        }
        for (name, layer), width in zip(net.layers.items(), widths, strict=True)
    ]
    return {
        "dtype": str(net.dtype),
        "scale": net.pixel_scale,
        "side": side,
        "classes": list(classes),
        "layers": layers,
    }


def _check_layers(net: Network) -> None:
    """Refuse by name what the page does not compute."""
    for name, layer in net.layers.items():
        if type(layer) not in LAYERS:
            raise OptionError(
                f"expected a network of the layers {_listed(LAYERS)}, got "
                f"{name} ({type(layer).__name__}), which a page cannot compute"
            )
    if type(net.last_layer) is not SoftmaxWithLoss:
        raise OptionError(
            "expected SoftmaxWithLoss as the last layer, got "
            f"{type(net.last_layer).__name__}, which has no probabilities to show"
        )
    if not net.sizes:
        raise OptionError("expected a network with an Affine, got one without: its size is unknown")
    if net.params.count > MOST_PARAMETERS:
        raise OptionError(
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
                raise OptionError(
                    f"{name} takes {takes} values, and the layer before gives {width}"
                )
            width = gives
        widths.append(width)
    return widths


def _base64(array: Any) -> str:
    """The numbers in order, little-endian."""
    host = to_numpy(array)
    return base64.b64encode(host.astype(host.dtype.newbyteorder("<")).tobytes()).decode()
