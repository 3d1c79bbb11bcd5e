"""Picture: what `draw` returns, which a notebook shows and a file keeps."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole
from xpnet.graph.diagram import Diagram, check_nodes
from xpnet.graph.picture.png import check_png, png
from xpnet.graph.picture.svg import Drawing, drawing, standalone
from xpnet.graph.player import WORDS
from xpnet.graph.text import text

__all__ = ["Picture", "check_drawable"]

ENDINGS = ".svg", ".png"


class Picture:
    """A picture of a graph.

    Parameters
    ----------
    diagram : Diagram
    language : str
        "en" or "ko".

    Attributes
    ----------
    diagram : Diagram
    svg : str
        The picture as SVG, with its style inside, on a light page.

    Raises
    ------
    OptionError
        The graph is too large to look at.

    Examples
    --------
    >>> from xpnet.graph import draw, examples
    >>> print(draw(examples.square()))
                value  derivative
    x               2          10
    y               3          10
    v1 = x + y      5          10
    z = v1**2      25           1
    """

    def __init__(self, diagram: Diagram, language: str = "en") -> None:
        check_nodes(len(diagram.nodes), "a picture")
        self.diagram = diagram
        self._words = WORDS[language]

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        return standalone(self._drawing, self._words["heading"])

    @cached_property
    def _drawing(self) -> Drawing:
        # steps are played by a page; without them the SVG is half as long
        still = Diagram(self.diagram.nodes, self.diagram.edges, ())
        return drawing(still, self._words["sum"])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file that ends in .svg or .png, whole or not at all.

        Raises
        ------
        OptionError
            The path has another ending or cannot be written, or a PNG cannot be made.
        """
        check_drawable(path)
        if Path(path).suffix.lower() == ".svg":
            content: str | bytes = self.svg + "\n"
        else:
            try:
                content = png(self._drawing)
            except OptionError as error:
                raise OptionError(f"{path}: {error}") from error
        write_whole(path, content)

    def __repr__(self) -> str:
        size = f"{self._drawing.width} × {self._drawing.height} pixels"
        return f"Picture({len(self.diagram.nodes)} nodes, {size})"

    def __str__(self) -> str:
        return text(self.diagram)

    def _repr_svg_(self) -> str:
        return self.svg


def check_drawable(path: str | os.PathLike[str]) -> None:
    """`OptionError` where a picture could not be written, before the work."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise OptionError(f"expected a picture to end in .svg or .png, got {path}")
    if ending == ".png":
        check_png()
    check_writable(path)
