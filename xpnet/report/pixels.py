"""Square pictures of pixels or weights, as PNG in the page."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

__all__ = ["data_uri", "png_uri", "side_of"]

SMALLEST = 4
"""Pixels of a side: fewer numbers are features rather than a picture."""


def side_of(shape: Sequence[int]) -> int | None:
    """The side of the square picture that each row of an array of this shape is, if it is one.

    Examples
    --------
    >>> side_of((60000, 784)), side_of((10, 1, 8, 8)), side_of((150, 4)), side_of((10, 2, 8))
    (28, 8, None, None)
    """
    sides = [size for size in shape[1:] if size != 1]
    if len(sides) == 1:
        sides = [math.isqrt(sides[0])] * 2
    square = len(sides) == 2 and sides[0] == sides[1] and sides[0] >= SMALLEST
    return int(sides[0]) if square and sides[0] ** 2 == math.prod(shape[1:]) else None


def png_uri(pixels: NDArray[Any], low: float, high: float, colours: str = "gray") -> str:
    """A picture as a ``data:`` address.

    Parameters
    ----------
    pixels : array, shape (height, width)
    low, high : float
        The values of the first and the last colour.
    colours : str
        A colormap of matplotlib.
    """
    # imported late: matplotlib is an extra, and slow to import
    from matplotlib.image import imsave

    stream = io.BytesIO()
    imsave(stream, pixels, vmin=low, vmax=high, cmap=colours, format="png")
    return data_uri(stream.getvalue(), "image/png")


def data_uri(content: bytes, kind: str) -> str:
    """The content of a file as an address.

    Examples
    --------
    >>> data_uri(b"<svg/>", "image/svg+xml")
    'data:image/svg+xml;base64,PHN2Zy8+'
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
