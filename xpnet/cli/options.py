"""Options that several commands share, and what they stand for."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from xpnet.errors import OptionError
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

__all__ = [
    "Activation",
    "BackendName",
    "DataFolder",
    "Hidden",
    "Init",
    "JsonPath",
    "Seed",
    "build_network",
    "check_writable",
    "write_json",
]

BackendName = Annotated[
    str,
    typer.Option(
        "--backend", envvar="XPNET_BACKEND", help="numpy, cupy, or auto: cupy where it runs."
    ),
]
Hidden = Annotated[str, typer.Option(help="Sizes of the hidden layers: 50, or 100,50.")]
Activation = Annotated[str, typer.Option(help="relu or sigmoid.")]
Init = Annotated[
    str | None,
    typer.Option(
        help="Initial weights: a standard deviation, he or xavier. "
        "Default: 0.01 for one hidden layer of ReLU, else he for relu and xavier for sigmoid."
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


def build_network(
    hidden: str, activation: str, init: str | None, seed: int, dtype: str, pixels: int, classes: int
) -> Network:
    """The network that the options describe, on the current backend.

    Raises
    ------
    OptionError
    """
    try:
        sizes = [int(size) for size in hidden.split(",")]
    except ValueError:
        raise OptionError(f"--hidden {hidden}: wanted whole numbers, as 50 or 100,50") from None
    if len(sizes) == 1 and activation == "relu":
        scale = _number("0.01" if init is None else init)
        return TwoLayerNet(pixels, sizes[0], classes, scale, seed=seed, dtype=dtype)
    usual = "xavier" if activation == "sigmoid" else "he"
    scale = _number(usual if init is None else init)
    return MultiLayerNet(pixels, sizes, classes, activation, scale, seed=seed, dtype=dtype)


def _number(init: str) -> float | str:
    try:
        return float(init)
    except ValueError:
        return init


def check_writable(path: str | None) -> None:
    """Refuse a path that cannot be written before the work, not after it.

    Raises
    ------
    OptionError
    """
    if path is None or path == "-":
        return
    folder = Path(path).absolute().parent
    if Path(path).is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OptionError(f"{path} cannot be written: name a file in a folder that exists")


def write_json(path: str | None, document: dict[str, Any]) -> None:
    """Write one JSON document; a file is replaced whole or not at all."""
    if path is None:
        return
    text = json.dumps(document, indent=2, allow_nan=False)
    if path == "-":
        sys.stdout.write(text + "\n")
        return
    part = Path(f"{path}.part")
    part.write_text(text + "\n")
    part.replace(path)
