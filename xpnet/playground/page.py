"""One self-contained page: its text, and the file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole
from xpnet.graph.page import ENDINGS, colour_rules, link_bar, script_policy
from xpnet.networks import Network
from xpnet.playground.encoded import encoded
from xpnet.playground.words import WORDS

__all__ = ["page", "to_html"]

SCRIPTS = (
    "drawing",
    "pointers",
    "keys",
    "picture",
    "network",
    "cells",
    "answer",
    "language",
    "playground",
)
"""In the order in which a browser reads them."""


def to_html(
    net: Network,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    language: str = "en",
    links: Sequence[tuple[str, str]] = (),
) -> None:
    """Write a page on which one draws, and watches the network read the drawing.

    The page is one file that loads nothing: the parameters are in it. The drawing is brought to
    the network's input as ``xpnet predict`` does it with a picture, and the forward pass runs in
    the browser.

    Parameters
    ----------
    net : Network
        Of `Affine`, `Relu`, `LeakyRelu`, `Sigmoid`, `Tanh` and `Dropout`, with `SoftmaxWithLoss`
        as the last layer, and with a `pixel_scale`, which a `Trainer` sets; its input are square
        pictures. The bars have the names of its `class_names`.
    path : str or path
        Ending in .html or .htm. The file is written whole or not at all.
    title : str, optional
        Default: "Draw, and watch a network", in the reader's language.
    language : str
        "en" or "ko", with which the page begins; a button switches.
    links : sequence of (str, str)
        Text and address of each link above the title, on a page that is part of a site.

    Raises
    ------
    OptionError
        The path cannot be written or has another ending, or the language is another one.
    NetworkError
        The network is one that the page cannot compute, or has no `pixel_scale`.
    ArgumentTypeError
        `net` is no network.

    Examples
    --------
    >>> from xpnet import playground
    >>> net = TwoLayerNet(784, 50, 10, seed=0)
    >>> net.pixel_scale = 1 / 255
    >>> playground.to_html(net, "playground.html")
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"expected a page to end in .html or .htm, got {path}")
    check_writable(path)
    write_whole(path, page(net, title=title, language=language, links=links))


def page(
    net: Network,
    *,
    title: str | None = None,
    language: str = "en",
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """The text of the page; the parameters are those of `to_html`.

    Raises
    ------
    OptionError, NetworkError, ArgumentTypeError
    """
    if language not in WORDS:
        raise OptionError(f"expected a language of {', '.join(WORDS)}, got {language!r}")
    saved, words = encoded(net), WORDS[language]
    folder = files("xpnet.playground").joinpath("browser")
    scripts = [folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    script = "\n".join(['"use strict";', *scripts])
    # the shorter dash would let a browser break the line
    sizes, count = "\u2013".join(map(str, net.sizes)), f"{net.params.count:,}"
    parts = {name: escape(word) for name, word in words.items()}
    parts |= {
        "language": language,
        "title": escape(words["heading"] if title is None else title),
        "heading_word": ' data-word="heading"' if title is None else "",
        "about_filled": escape(words["about"].format(sizes=sizes, count=count)),
        "sizes": sizes,
        "count": count,
        "side": str(saved["side"]),
        "layers": "\n".join(_item(layer, words) for layer in saved["layers"]),
        "policy": script_policy(script),
        "css": colour_rules() + folder.joinpath("playground.css").read_text(encoding="utf-8"),
        "script": script,
        "links": link_bar(links),
        "saved": _json(saved),
        "words": _json(WORDS),
    }
    template = folder.joinpath("playground.html").read_text(encoding="utf-8")
    text = Template(template).substitute(parts)
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair has no UTF-8


def _item(layer: dict[str, Any], words: dict[str, str]) -> str:
    """Name, size and cells of a layer; its values come with the drawing."""
    number = f"{layer['size']:,}"
    size = escape(words["values"].format(number=number))
    return (
        f"<li><p><span>{escape(layer['name'])}</span> "
        f'<span class="size" data-word="values" data-number="{number}">{size}</span> '
        '<span class="range"></span></p><div class="cells" aria-hidden="true"><canvas></canvas>'
        "</div></li>"
    )


def _json(value: Any) -> str:
    """JSON that cannot end the element that holds it."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c")
