"""The style sheet of every picture of a graph, and its colours."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from string import Template

__all__ = ["DARK", "LIGHT", "style_sheet"]

LIGHT = {
    "page": "#ffffff",
    "ink": "#1b2130",
    "soft": "#545d70",
    "line": "#7a8496",
    "shape": "#f4f6fa",
    "forward": "#0a4f9e",
    "forward_fill": "#d3e6ff",
    "backward": "#a83a00",
    "backward_fill": "#ffe0cc",
}
"""On the colour of the page, each text has a contrast of more than 4.5 and each line of more than
3; the arrow beside a derivative marks it without colour."""
DARK = {
    "page": "#14171d",
    "ink": "#eceff5",
    "soft": "#adb5c4",
    "line": "#8a94a6",
    "shape": "#232833",
    "forward": "#93c4ff",
    "forward_fill": "#173a63",
    "backward": "#ffb184",
    "backward_fill": "#5c2a0e",
}


def style_sheet(colours: Mapping[str, str]) -> str:
    """The rules for what `xpnet.graph.picture.svg` makes, in these colours.

    Parameters
    ----------
    colours : mapping of str to str
        For each name of `LIGHT` a colour or a variable of CSS.
    """
    text = files("xpnet.graph.picture").joinpath("graph.css").read_text(encoding="utf-8")
    return Template(text).substitute(colours)
