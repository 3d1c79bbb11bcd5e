"""``xpnet export``: a saved network as a file for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import xpnet
from xpnet.cli.options import prepare
from xpnet.cli.width import wrapped
from xpnet.errors import OptionError
from xpnet.export import check_onnx, to_onnx
from xpnet.networks import Network

__all__ = ["export"]

ENDING = ".onnx"


def export(
    model: Annotated[
        str, typer.Argument(help="A network that xpnet saved, or a checkpoint of a run.")
    ],
    out: Annotated[str, typer.Argument(help=f"Write to this file, {ENDING}.")],
) -> int:
    """Write a saved network as ONNX, which most runtimes read.

    The model takes what the network takes: rows of pixels already scaled, as floats. It gives
    scores and probabilities, for any number of rows; of a regression scores alone.
    """
    if Path(out).suffix.lower() != ENDING:
        raise OptionError(f"expected a file that ends in {ENDING}, got {out}")
    check_onnx()
    words = prepare(None, out)
    net = xpnet.load(model, backend="numpy")
    to_onnx(net, out)
    print(wrapped(f"{out}: {_described(net)}", words), file=words)
    return 0


def _described(net: Network) -> str:
    width, classes = net.sizes[0], net.sizes[-1]
    scaled = "" if net.pixel_scale is None else f", pixels times {net.pixel_scale:.4g}"
    given = "scores" if net.is_regression else "scores and probabilities"
    return f"input (batch, {width}) {net.dtype}{scaled}; {given} (batch, {classes})"
