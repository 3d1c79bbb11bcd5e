"""``xpnet predict``: which class a saved network gives to images."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

import xpnet
from xpnet.backends import set_backend, to_numpy
from xpnet.checks import check_pillow
from xpnet.cli.models import load_classifier, told_of
from xpnet.cli.options import BackendName, JsonPath, prepare, write_json
from xpnet.cli.preview import preview as preview_png
from xpnet.cli.width import wrapped
from xpnet.datasets import image_files, mnist_like, read_image
from xpnet.errors import DataError, OptionError
from xpnet.files import write_whole
from xpnet.networks.classifier import input_side, names_of_classes, scale_of_pixels
from xpnet.tables import text_table

__all__ = ["predict"]

STDIN = "-"


def predict(
    model: Annotated[str, typer.Argument(help="A network that was saved.")],
    images: Annotated[
        list[str], typer.Argument(metavar="IMAGE...", help="Files, folders, or - for stdin.")
    ],
    top: Annotated[int, typer.Option(help="How many classes to show, the likeliest first.")] = 1,
    backend: BackendName = "auto",
    json: JsonPath = None,
    preview: Annotated[
        str | None, typer.Option(help="Draw what the network saw of each image to this .png.")
    ] = None,
) -> int:
    """Classify images of digits, or of whatever the network was trained on.

    Each image is one drawing, dark on light or light on dark, of any size. It is brought to the
    form of MNIST's digits first. Exit code 2 if an image could not be used.
    """
    check_pillow()
    if preview is not None and Path(preview).suffix.lower() != ".png":
        raise OptionError(f"--preview: expected a file that ends in .png, got {preview}")
    out = prepare(json, preview)
    set_backend(backend)
    net = load_classifier(model)
    with told_of(model):
        side, scale, names = input_side(net), scale_of_pixels(net), names_of_classes(net)
    if not 1 <= top <= len(names):
        raise OptionError(f"--top: expected 1 to {len(names)}, got {top}")
    entries = [entry for image in images for entry in _inputs(image, side)]
    inputs = [(name, pixels) for name, pixels in entries if not isinstance(pixels, str)]
    stacked = np.array([pixels for _, pixels in inputs], np.uint8).reshape(-1, side**2)
    proba = to_numpy(net.predict_proba(xpnet.asarray(stacked), scale=scale))
    rows = iter(proba)
    predictions = [
        {"image": name, "error": pixels}
        if isinstance(pixels, str)
        else _prediction(name, next(rows), names)
        for name, pixels in entries
    ]
    write_json(json, {"xpnet": xpnet.__version__, "model": model, "predictions": predictions})
    if preview and inputs:
        given = [str(one["class"]) for one in predictions if "class" in one]
        write_whole(preview, preview_png(stacked.reshape(-1, side, side), given))
    if inputs:
        table = [_row(one, top) for one in predictions if "class" in one]
        numbers = [column for column in range(len(table[0])) if column and column % 2 == 0]
        for line in text_table(table, right=numbers):
            print(line, file=out)
    return 2 if len(inputs) < len(entries) else 0


def _inputs(image: str, side: int) -> list[tuple[str, NDArray[np.uint8] | str]]:
    """What the network takes of each image that an argument stands for, or why it cannot."""
    if image == STDIN:
        return [(image, _input(image, side))]
    try:
        return [(str(file), _input(str(file), side)) for file in image_files(image)]
    except DataError as error:
        return [(image, _told(error))]


def _input(image: str, side: int) -> NDArray[np.uint8] | str:
    try:
        if image != STDIN:
            gray = read_image(image)
        elif sys.stdin is None:
            raise DataError("stdin: this is closed; expected an image")
        else:
            gray = read_image(sys.stdin.buffer, "stdin")
    except DataError as error:
        return _told(error)
    try:
        return mnist_like(gray, side)
    except DataError as error:
        return _told(DataError(f"{image}: {error}"))


def _told(error: DataError) -> str:
    """The error as one line, which is printed at once."""
    message = " ".join(str(error).split())
    print(wrapped(f"xpnet: {message}", sys.stderr), file=sys.stderr)
    return message


def _prediction(image: str, proba: NDArray[Any], names: list[str]) -> dict[str, Any]:
    best = int(proba.argmax())
    return {
        "image": image,
        "class": names[best],
        "probability": float(proba[best]),
        "probabilities": {name: float(p) for name, p in zip(names, proba, strict=True)},
    }


def _row(prediction: dict[str, Any], top: int) -> list[str]:
    """The image, then each class with its probability, the likeliest first."""
    likeliest = sorted(prediction["probabilities"].items(), key=lambda entry: -entry[1])[:top]
    return [prediction["image"], *(text for name, p in likeliest for text in (name, f"{p:.1%}"))]
