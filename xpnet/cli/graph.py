"""``xpnet graph``: the chapter's computational graphs, in words, as a picture or as a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from xpnet.backends import set_backend
from xpnet.cli.network_options import Activation, Hidden, Init, network_and_images
from xpnet.cli.options import BackendName, DataFolder, Seed, prepare
from xpnet.errors import OptionError
from xpnet.files import write_whole
from xpnet.graph import (
    Variable,
    draw,
    examples,
    network_graph,
    to_dot,
    to_html,
    to_mermaid,
    to_text,
)

__all__ = ["graph"]

EXAMPLES: dict[str, Callable[[], Variable]] = {
    "apple": examples.apple,
    "orange": examples.orange,
    "square": examples.square,
    "sigmoid": examples.sigmoid,
    "softmax": examples.softmax,
}
TEXTS: dict[str, Callable[[Variable], str]] = {
    ".txt": to_text,
    ".mmd": to_mermaid,
    ".dot": to_dot,
}
FILES: dict[str, Callable[[Variable, str], object]] = {
    ".svg": draw,
    ".png": draw,
    ".html": to_html,
}


def graph(
    name: Annotated[str, typer.Argument(parser=str.lower, help=f"{', '.join(EXAMPLES)} or net.")],
    out: Annotated[
        str | None,
        typer.Option(help=f"Write to this file, {', '.join([*FILES, *TEXTS])}. Default: print."),
    ] = None,
    images: Annotated[int, typer.Option(help="net: how many images, from the first.")] = 3,
    hidden: Hidden = "50",
    activation: Activation = "relu",
    init: Init = None,
    seed: Seed = 0,
    backend: BackendName = "auto",
    data: DataFolder = None,
) -> int:
    """Draw a computational graph of the chapter: values forward, derivatives backward.

    net is the loss of a network on MNIST images; --images to --seed and --data are about it.
    """
    if name not in (*EXAMPLES, "net"):
        raise OptionError(f"expected a graph of {', '.join(EXAMPLES)} or net, got {name!r}")
    ending = "" if out is None else Path(out).suffix.lower()
    if out is not None and ending not in (*FILES, *TEXTS):
        raise OptionError(
            f"--out: expected a file that ends in {', '.join([*FILES, *TEXTS])}, got {out}"
        )
    prepare(None, out)
    set_backend(backend)
    if name == "net":
        net, x, t = network_and_images(hidden, activation, init, seed, "float32", data, images)
        y = network_graph(net, x, t)
    else:
        y = EXAMPLES[name]()
    if out is None:
        print(to_text(y))
    elif ending in TEXTS:
        write_whole(out, TEXTS[ending](y) + "\n")
    else:
        FILES[ending](y, out)
    return 0
