"""What is asked of a network that is to classify pictures, and how it is refused."""

from __future__ import annotations

import math

from xpnet.errors import NetworkError
from xpnet.layers import SoftmaxWithLoss
from xpnet.networks.network import Network

__all__ = ["check_classifier", "input_side", "names_of_classes", "scale_of_pixels"]


def check_classifier(net: Network) -> None:
    """Refuse a network whose scores are not those of classes.

    Raises
    ------
    NetworkError
    """
    if not isinstance(net.last_layer, SoftmaxWithLoss) or len(net.sizes) < 2:
        raise NetworkError(
            "expected a network with Affine layers and SoftmaxWithLoss behind them, whose scores "
            f"are those of classes, got {net!r}"
        )


def names_of_classes(net: Network) -> list[str]:
    """The name of each class; its number where the network has none.

    Raises
    ------
    NetworkError

    Examples
    --------
    >>> from xpnet.networks.classifier import names_of_classes
    >>> names_of_classes(TwoLayerNet(4, 3, 2))
    ['0', '1']
    """
    count = net.sizes[-1]
    names = [str(number) for number in range(count)] if net.class_names is None else net.class_names
    if len(names) != count:
        raise NetworkError(
            f"expected {count} class names, one for each score, got {len(names)}: set "
            "net.class_names, and save the network again"
        )
    return list(names)


def scale_of_pixels(net: Network) -> float:
    """What pixels from 0 to 255 are multiplied by.

    Raises
    ------
    NetworkError
    """
    if net.pixel_scale is None:
        raise NetworkError(
            "the network does not say what pixels are multiplied by: set net.pixel_scale (1/255 if "
            "it was trained on pixels from 0 to 1), and save it again"
        )
    return net.pixel_scale


def input_side(net: Network) -> int:
    """The side of the square of gray pixels that the network takes.

    Raises
    ------
    NetworkError

    Examples
    --------
    >>> from xpnet.networks.classifier import input_side
    >>> input_side(TwoLayerNet(784, 50, 10))
    28
    """
    side = math.isqrt(net.sizes[0])
    if side**2 != net.sizes[0]:
        raise NetworkError(
            "expected a network that takes a square of gray pixels, such as 28 x 28 = 784, got one "
            f"that takes {net.sizes[0]} numbers"
        )
    return side
