"""A diagram painted by matplotlib, in pictures that are the same bytes for the same diagram."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from xpnet.errors import OptionError
from xpnet.graph.diagram import Diagram
from xpnet.graph.picture.fonts import families
from xpnet.graph.picture.geometry import compose
from xpnet.graph.picture.marks import Arrow, Pill, Word
from xpnet.graph.picture.sizes import POINTS, RADIUS

__all__ = ["DPI", "figure", "png", "svg"]

INK, LINE, FILL, GRAD = "#1a1a1a", "#5f6368", "#eef2f6", "#a63d00"
"""On white, each but the fill has a contrast of more than 4.5; brown and grey differ in any
kind of colour blindness, and the small arrows tell the derivatives without colour."""
INKS = {"symbol": INK, "name": INK, "value": INK, "grad": GRAD}
STROKES = {"forward": (LINE, 1.1, 0.1), "grad": (GRAD, 1.3, 0.07)}
"""Colour, width in points, and length of the head in inches."""
DPI = 150
MOST_PIXELS = 200_000_000
"""Of a PNG: 800 MB while it is painted."""
SETTINGS = {
    # text stays text: it can be read, searched and copied, and another font takes over letters
    # that this machine lacks. Verdana is as wide as DejaVu Sans, by which everything is placed.
    "svg.fonttype": "none",
    "svg.hashsalt": "xpnet",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
}


def svg(diagram: Diagram) -> str:
    """The picture as SVG."""
    stream = io.BytesIO()
    with _style():
        metadata = {"Date": None, "Creator": "xpnet"}
        figure(diagram).savefig(stream, format="svg", metadata=metadata)
    return stream.getvalue().decode()


def png(diagram: Diagram) -> bytes:
    """The picture as PNG.

    Raises
    ------
    OptionError
        It would have too many pixels.
    """
    stream = io.BytesIO()
    with _style():
        painted = figure(diagram, MOST_PIXELS)
        painted.savefig(stream, format="png", dpi=DPI, metadata={"Software": None})
    return stream.getvalue()


def figure(diagram: Diagram, most_pixels: float = math.inf) -> Any:
    """A figure of matplotlib with one pair of axes, whose unit is the inch.

    Parameters
    ----------
    diagram : Diagram
    most_pixels : float

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    OptionError
        It would have more pixels.
    """
    with _style():
        # in this file and nowhere else: matplotlib is an extra, and slow to import
        from matplotlib import font_manager
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        texts = [node.label + node.value + (node.grad or "") for node in diagram.nodes]
        family = families(texts, font_manager)
        renderer = FigureCanvasAgg(Figure(dpi=DPI)).get_renderer()

        @cache
        def measure(text: str, role: str) -> float:
            font = font_manager.FontProperties(family=family, size=POINTS[role])
            return float(renderer.get_text_width_height_descent(text, font, False)[0]) / DPI

        picture = compose(diagram, measure)
        width, height = round(picture.width * DPI), round(picture.height * DPI)
        if width * height > most_pixels:
            raise OptionError(
                f"the picture would have {width:,} × {height:,} pixels, more than "
                f"{most_pixels:,}; write an .svg, or collapse a part of the graph"
            )
        painted = Figure(figsize=(picture.width, picture.height), dpi=DPI, facecolor="white")
        axes = painted.add_axes((0, 0, 1, 1), frameon=False, xticks=[], yticks=[])
        axes.set(xlim=(0, picture.width), ylim=(0, picture.height))
        for arrow in picture.arrows:
            _add_arrow(axes, arrow)
        for pill in picture.pills:
            _add_pill(axes, pill)
        for word in picture.words:
            _add_word(axes, word, family)
        return painted


def _add_arrow(axes: Any, arrow: Arrow) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path

    colour, width, head = STROKES[arrow.role]
    (x, y), (from_x, from_y) = arrow.points[-1], arrow.points[-2]
    length = math.hypot(x - from_x, y - from_y) or 1.0
    along = (x - from_x) / length * head, (y - from_y) / length * head
    base = x - along[0], y - along[1]
    # the line ends inside the head, which would not be pointed otherwise
    path = Path([*arrow.points[:-1], base], [Path.MOVETO] + [Path.CURVE4] * (len(arrow.points) - 1))
    axes.add_artist(PathPatch(path, fill=False, edgecolor=colour, linewidth=width))
    side = -along[1] * 0.4, along[0] * 0.4
    corners = [
        (x, y),
        (base[0] + side[0], base[1] + side[1]),
        (base[0] - side[0], base[1] - side[1]),
    ]
    axes.add_artist(Polygon(corners, facecolor=colour, linewidth=0))


def _add_pill(axes: Any, pill: Pill) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    # two half circles, the right one and the left one, and what lies between
    half: Any = Path.arc(-90, 90)
    right = half.vertices * RADIUS + (pill.left + pill.width - RADIUS, pill.y)
    left = half.vertices * -RADIUS + (pill.left + RADIUS, pill.y)
    codes = [*half.codes, Path.LINETO, *half.codes[1:], Path.CLOSEPOLY]
    outline = Path([*right, *left, right[0]], codes)
    axes.add_artist(PathPatch(outline, facecolor=FILL, edgecolor=INK, linewidth=1.1))


def _add_word(axes: Any, word: Word, family: list[str]) -> None:
    axes.text(
        *word.at,
        word.text,
        horizontalalignment=word.align,
        verticalalignment="baseline",
        fontfamily=family,
        fontsize=POINTS[word.role],
        color=INKS[word.role],
        parse_math=False,  # a dollar is a dollar
    )


@contextmanager
def _style() -> Iterator[None]:
    """The same picture whatever the user's own style is."""
    from matplotlib import style

    with style.context(["default", SETTINGS]), warnings.catch_warnings():
        # where no font of this machine has a letter, a box stands for it in a PNG; a viewer of an
        # SVG has fonts of its own
        warnings.filterwarnings("ignore", r"Glyph .* missing from")
        yield
