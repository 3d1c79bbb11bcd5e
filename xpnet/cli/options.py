"""Options that several commands share, and files that commands write."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable
from typing import IO, Annotated, Any, cast

import typer

from xpnet import files
from xpnet.cli.streams import Output
from xpnet.errors import OptionError

__all__ = [
    "DTYPES",
    "BackendName",
    "BatchSize",
    "DataFolder",
    "JsonPath",
    "Patience",
    "Seed",
    "Validation",
    "check_writable",
    "one_of",
    "prepare",
    "write_json",
    "write_text",
]

STDOUT = "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"
"""Paths under which nothing but JSON goes to stdout."""

DTYPES = "float32", "float64"

LONGEST = 24
"""Letters of choices that stand beside an option; more would leave no room for what it does."""


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
BatchSize = Annotated[int, typer.Option(help="Images in a batch.")]
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
