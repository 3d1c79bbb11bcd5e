"""A picture as PNG; needs the extra ``plot`` (resvg-py)."""

from __future__ import annotations

import importlib.util

from xpnet.errors import MissingExtraError, OptionError
from xpnet.graph.picture.svg import Drawing, standalone

__all__ = ["check_png", "png"]

ZOOM = 2
"""Pixels for each pixel of the SVG: sharp on a screen of twice as many, and on paper."""
MOST_PIXELS = 200_000_000
"""800 MB while it is made."""
LETTER = Drawing('<text x="8" y="16">0</text>', 16, 20)
"""Blank where no font is found."""


def check_png() -> None:
    """`MissingExtraError` where resvg, which makes PNG of SVG, is not installed."""
    if importlib.util.find_spec("resvg_py") is None:
        raise MissingExtraError(
            "a .png needs resvg-py: pip install 'xpnet[plot]'; an .svg needs nothing more"
        )


def png(drawn: Drawing) -> bytes:
    """The drawing as PNG, by `standalone`.

    Raises
    ------
    OptionError
        It would have too many pixels, or this machine has no font for its texts.
    """
    from resvg_py import svg_to_bytes  # an extra, imported at its first use

    width, height = ZOOM * drawn.width, ZOOM * drawn.height
    if width * height > MOST_PIXELS:
        raise OptionError(
            f"the picture would have {width:,} × {height:,} pixels, more than {MOST_PIXELS:,}; "
            "write an .svg, or collapse a part of the graph"
        )
    letter = standalone(LETTER, "")
    if svg_to_bytes(letter) == svg_to_bytes(letter, skip_system_fonts=True):
        raise OptionError(
            "no font was found for the texts of a .png: install one (on Debian and Ubuntu "
            "fonts-dejavu), or write an .svg"
        )
    return bytes(svg_to_bytes(standalone(drawn, ""), zoom=ZOOM))
