"""The saved network that a command uses, and what its file says of classes and pixels."""

from __future__ import annotations

import math

from xpnet.errors import NetworkError
from xpnet.layers import SoftmaxWithLoss
from xpnet.networks import Network

__all__ = ["class_names", "input_side", "load_classifier", "pixel_scale"]


def load_classifier(path: str) -> Network:
    """The network in a file, on the current backend.

    Raises
    ------
    CheckpointError, NetworkError
    """
    net = Network.load(path)
    if not isinstance(net.last_layer, SoftmaxWithLoss) or len(net.sizes) < 2:
        raise NetworkError(
            f"{path}: expected a network with Affine layers and SoftmaxWithLoss behind them, whose "
            f"scores are those of classes, got {net!r}"
        )
    return net


def class_names(net: Network, path: str) -> list[str]:
    """The name of each class; its number where the file has none.

    Raises
    ------
    NetworkError
    """
    count = net.sizes[-1]
    names = [str(number) for number in range(count)] if net.class_names is None else net.class_names
    if len(names) != count:
        raise NetworkError(
            f"{path}: expected {count} class names, one for each score, got {len(names)}: load "
            "it, set net.class_names and save it again"
        )
    return list(names)


def pixel_scale(net: Network, path: str) -> float:
    """What pixels from 0 to 255 are multiplied by.

    Raises
    ------
    NetworkError
    """
    if net.pixel_scale is None:
        raise NetworkError(
            f"{path}: the file does not say what pixels are multiplied by: load it, set "
            "net.pixel_scale (1/255 if it was trained on pixels from 0 to 1) and save it again"
        )
    return net.pixel_scale


def input_side(net: Network, path: str) -> int:
    """The side of the square of gray pixels that the network takes.

    Raises
    ------
    NetworkError
    """
    side = math.isqrt(net.sizes[0])
    if side**2 != net.sizes[0]:
        raise NetworkError(
            f"{path}: expected a network that takes a square of gray pixels, such as 28 x 28 = "
            f"784, got one that takes {net.sizes[0]} numbers"
        )
    return side
