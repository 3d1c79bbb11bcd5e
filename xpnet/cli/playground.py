"""``xpnet playground``: a page on which one draws, and watches a network read the drawing."""

from __future__ import annotations

from typing import Annotated

import typer

from xpnet.cli.models import told_of
from xpnet.cli.options import one_of, prepare
from xpnet.networks import load
from xpnet.playground import to_html

__all__ = ["playground"]


def playground(
    model: Annotated[
        str, typer.Argument(help="The network, as xpnet train --save wrote it.", metavar="MODEL")
    ],
    out: Annotated[str, typer.Option(help="Write the page to this .html.")],
    title: Annotated[
        str | None, typer.Option(help='Of the page. Default: "Draw, and watch a network".')
    ] = None,
    language: Annotated[
        str, one_of(("en", "ko"), "With which the page begins; a button switches.", "--language")
    ] = "en",
) -> int:
    """Write a page on which one draws, and watches a trained network read the drawing.

    The page is one file, which computes by itself and loads nothing.
    """
    prepare(None, out)
    net = load(model, backend="numpy")
    with told_of(model):
        to_html(net, out, title=title, language=language)
    return 0
