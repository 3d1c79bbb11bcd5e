"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from typing import IO, Annotated, Any, cast

import typer

from xpnet import files
from xpnet.backends import Array
from xpnet.cli.streams import Output
from xpnet.datasets import load_mnist
from xpnet.errors import OptionError
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp

__all__ = [
    "DTYPES",
    "Activation",
    "BackendName",
    "BatchSize",
    "DataFolder",
    "Hidden",
    "Init",
    "JsonPath",
    "LearningRate",
    "OptimizerName",
    "Patience",
    "Seed",
    "Validation",
    "build_network",
    "build_optimizer",
    "check_writable",
    "classes_in",
    "hidden_sizes",
    "network_and_images",
    "one_of",
    "prepare",
    "write_json",
    "write_text",
]

OPTIMIZERS: dict[str, Any] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}
CHAPTER_LR = 0.1
STDOUT = "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"
"""Paths under which nothing but JSON goes to stdout."""

DTYPES = "float32", "float64"


LONGEST = 40
"""Letters of choices that stand beside an option; more could not be broken into lines."""


def one_of(names: Iterable[str], description: str, *flags: str, envvar: str | None = None) -> Any:
    """An option that takes one of these names, in any case."""
    choices = tuple(names)

    def chosen(text: str) -> str:
        if text.lower() not in choices:
            raise typer.BadParameter(f"expected one of {', '.join(choices)}, got {text!r}")
        return text.lower()

    shown = "|".join(choices)
    if len(shown) > LONGEST:
        shown, description = "<name>", f"{description.rstrip('.')}: {', '.join(choices)}."
    return typer.Option(*flags, parser=chosen, metavar=shown, help=description, envvar=envvar)


BackendName = Annotated[
    str,
    one_of(
        ("numpy", "cupy", "auto"),
        "Where to compute; auto is cupy where it runs.",
        "--backend",
        envvar="XPNET_BACKEND",
    ),
]
Hidden = Annotated[str, typer.Option(help="Sizes of the hidden layers: 50, or 100,50.")]
Activation = Annotated[str, one_of(("relu", "sigmoid"), "Between the layers.")]
Init = Annotated[
    str | None,
    typer.Option(
        metavar="he|xavier|<float>",
        help="Initial weights, by rule or by their standard deviation. "
        "Default: 0.01 for one hidden layer of ReLU, else he for relu and xavier for sigmoid.",
    ),
]
BatchSize = Annotated[int, typer.Option(help="Images in a batch.")]
OptimizerName = Annotated[str, one_of(OPTIMIZERS, "How the parameters are updated.")]
LearningRate = Annotated[
    float | None,
    typer.Option(help="Learning rate. Default: 0.1 for sgd, else the optimizer's own."),
]
Validation = Annotated[
    float | None,
    typer.Option(help="Share of the training images to hold back and to evaluate, such as 0.1."),
]
Patience = Annotated[
    int | None,
    typer.Option(
        "--early-stopping",
        help="Stop after so many epochs in which the validation loss did not improve, with the "
        "parameters of the best one.",
    ),
]
Seed = Annotated[int, typer.Option(help="Of the initial weights and the batches.")]
DataFolder = Annotated[
    str | None,
    typer.Option(
        "--data",
        help="Folder with IDX files of your own, named as MNIST's. Default: the MNIST inside.",
    ),
]
JsonPath = Annotated[
    str | None, typer.Option("--json", help="Write the result as JSON to this path; - is stdout.")
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
) -> Network:
    """The network that the options describe, on the current backend.

    Raises
    ------
    OptionError
    """
    if len(sizes) == 1 and activation == "relu":
        scale = _number("0.01" if init is None else init)
        return TwoLayerNet(pixels, sizes[0], classes, scale, seed=seed, dtype=dtype)
    usual = "xavier" if activation == "sigmoid" else "he"
    scale = _number(usual if init is None else init)
    return MultiLayerNet(
        pixels, sizes, classes, activation=activation, weight_init=scale, seed=seed, dtype=dtype
    )


def _number(init: str) -> float | str:
    try:
        return float(init)
    except ValueError:
        return init.lower()


def build_optimizer(name: str, lr: float | None) -> Optimizer:
    """The optimizer that the options describe.

    Raises
    ------
    OptionError
    """
    if lr is None and name == "sgd":
        lr = CHAPTER_LR
    made: Optimizer = OPTIMIZERS[name]() if lr is None else OPTIMIZERS[name](lr=lr)
    return made


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


def prepare(json: str | None, *others: str | None, csv: str | None = None) -> IO[str]:
    """Try every file that a command is to write, before the work.

    Returns
    -------
    text stream
        For the command's words: stderr where stdout is for JSON or CSV. With files to write, the
        command goes on to write them when its output is no longer read.

    Raises
    ------
    OptionError
    """
    if json in STDOUT and csv in STDOUT:
        raise OptionError(f"--json {json} and --csv {csv}: only one of them can be stdout")
    for path in (json, csv, *others):
        check_writable(path)
        if path is not None and path not in STDOUT and isinstance(sys.stdout, Output):
            sys.stdout.forgiving = True
    words = sys.stderr if json in STDOUT or csv in STDOUT else sys.stdout
    return (
        cast("IO[str]", Output(None)) if words is None else words
    )  # None would be stdout to print


def check_writable(path: str | None) -> None:
    """Refuse a path that cannot be written before the work, not after it; - is stdout.

    Raises
    ------
    OptionError
    """
    if path in STDOUT:
        if sys.stdout is None or (isinstance(sys.stdout, Output) and sys.stdout.closed_before):
            raise OptionError(f"{path} cannot be written: stdout is closed")
    elif path is not None:
        files.check_writable(path)


def write_json(path: str | None, document: dict[str, Any]) -> None:
    """Write one JSON document, NaN and infinity as null; a file is replaced whole or not at all."""
    if path is None:
        return
    write_text(path, json.dumps(_finite(document), indent=2, allow_nan=False) + "\n")


def write_text(path: str, text: str) -> None:
    """Write a text to a file, whole or not at all; - is stdout."""
    if path in STDOUT:
        sys.stdout.write(text)
    else:
        files.write_whole(path, text)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity."""
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
