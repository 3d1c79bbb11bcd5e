"""Draw: a computational graph as a picture, in a file or in a notebook."""

from __future__ import annotations

import os

from xpnet.graph.picture.picture import Picture, check_drawable
from xpnet.graph.tracing import trace
from xpnet.graph.variable import Variable

__all__ = ["draw"]


def draw(
    y: Variable, path: str | os.PathLike[str] | None = None, *, language: str = "en"
) -> Picture:
    """Draw the graph that led to `y`: values above its edges, derivatives below them.

    The forward propagation goes from left to right. A derivative stands below the edge along
    which it comes back, in another colour, under an arrow that points back; before the first
    `backward` there are none. Under a value with several uses stands the sum of its derivatives.
    The same graph gives the same SVG, byte for byte.

    Parameters
    ----------
    y : Variable
    path : str or path, optional
        Ending in .svg, or in .png, which needs ``pip install 'xpnet[plot]'``. Written whole or not
        at all.
    language : str
        "en" or "ko", of the few words that are not names.

    Returns
    -------
    Picture
        A notebook shows it; printed, it is the graph as text.

    Raises
    ------
    OptionError
        The path has another ending or cannot be written, a PNG would be too large or finds no font,
        the language is another, or the graph has more than 500 nodes.
    MissingExtraError
        A .png needs resvg-py, which is not installed.
    ArgumentTypeError
        `y` is no variable.

    Examples
    --------
    >>> from xpnet.graph import draw, examples
    >>> draw(examples.apple())
    Picture(6 nodes, 571 × 254 pixels)
    >>> draw(examples.apple(), "apple.gif")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: expected a picture to end in .svg or .png, got apple.gif
    """
    if path is not None:
        check_drawable(path)
    made = Picture(trace(y, language=language, shown_by="a picture", steps=False), language)
    if path is not None:
        made.save(path)
    return made
