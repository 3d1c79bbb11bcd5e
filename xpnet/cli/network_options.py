"""Options of a network, and the network that they describe."""

from __future__ import annotations

from typing import Annotated

import typer

from xpnet.backends import Array
from xpnet.cli.options import one_of
from xpnet.datasets import load_mnist
from xpnet.errors import OptionError
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

__all__ = [
    "Activation",
    "BatchNormalisation",
    "DropoutRate",
    "Hidden",
    "Init",
    "build_network",
    "classes_in",
    "hidden_sizes",
    "network_and_images",
]

INITS = {"relu": "he", "leaky_relu": "he", "sigmoid": "xavier", "tanh": "xavier"}
"""The activations, and the rule of the initial weights that suits each."""

Hidden = Annotated[
    str,
    typer.Option(help="Sizes of the hidden layers: 50, or 100,50."),
]
Activation = Annotated[str, one_of(INITS, "Between the layers.")]
Init = Annotated[
    str | None,
    typer.Option(
        metavar="he|xavier|<float>",
        help="Initial weights, by rule or by their standard deviation. Default: 0.01 for one "
        "hidden layer of relu, else he for relu and leaky_relu, xavier for sigmoid and tanh.",
    ),
]
DropoutRate = Annotated[
    float | None,
    typer.Option(
        "--dropout", help="Share of the hidden units that each training step drops, such as 0.2."
    ),
]
BatchNormalisation = Annotated[
    bool,
    typer.Option(
        "--batch-norm", help="Normalise each hidden layer over the batch, before its activation."
    ),
]


def hidden_sizes(hidden: str) -> list[int]:
    """The numbers in ``--hidden 100,50``.

    Raises
    ------
    OptionError
    """
    try:
        return [int(size) for size in hidden.split(",")]
    except ValueError:
        raise OptionError(f"--hidden: expected numbers, as 50 or 100,50, got {hidden}") from None


def build_network(
    sizes: list[int],
    activation: str,
    init: str | None,
    seed: int,
    dtype: str,
    pixels: int,
    classes: int,
    *,
    dropout: float | None = None,
    batch_norm: bool = False,
) -> Network:
    """The network that the options describe, on the current backend.

    Raises
    ------
    OptionError
    """
    chapters = len(sizes) == 1 and activation == "relu"
    usual = "0.01" if chapters else INITS[activation]
    scale = _number(usual if init is None else init)
    if chapters and not dropout and not batch_norm:
        return TwoLayerNet(pixels, sizes[0], classes, scale, seed=seed, dtype=dtype)
    return MultiLayerNet(
        pixels,
        sizes,
        classes,
        activation=activation,
        weight_init=scale,
        batch_norm=batch_norm,
        dropout=dropout or 0.0,
        seed=seed,
        dtype=dtype,
    )


def _number(init: str) -> float | str:
    try:
        return float(init)
    except ValueError:
        return init.lower()


def classes_in(*labels: Array) -> int:
    """How many classes these integer labels speak of: 10 at least, as MNIST has."""
    return max(10, *(int(t.max()) + 1 for t in labels))


def network_and_images(
    hidden: str,
    activation: str,
    init: str | None,
    seed: int,
    dtype: str,
    data: str | None,
    images: int,
) -> tuple[Network, Array, Array]:
    """The network that the options describe, and so many training images with their labels.

    Raises
    ------
    OptionError
    """
    sizes = hidden_sizes(hidden)
    (x, t), _ = load_mnist(root=data)
    if not 1 <= images <= x.shape[0]:
        raise OptionError(f"--images: expected 1 to {x.shape[0]}, got {images}")
    pixels, classes = int(x.shape[1]), classes_in(t)
    net = build_network(sizes, activation, init, seed, dtype, pixels, classes)
    return net, x[:images], t[:images]
