"""What a network saw of each image, as one PNG; needs the extra ``images`` (Pillow)."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["preview"]

TILE = 112
"""Pixels of the side of a picture: 4 for each of 28."""
GAP = 12
CAPTION = 20
COLUMNS = 8
LETTERS = 14
"""Of a class's name that are shown: so many fit under a picture."""


def preview(inputs: NDArray[np.uint8], captions: Sequence[str]) -> bytes:
    """Pictures side by side, in rows of eight, each with its caption, as PNG.

    Parameters
    ----------
    inputs : numpy.ndarray, shape (N, side, side), uint8
        N at least 1.
    captions : sequence of str
        One for each.

    Examples
    --------
    >>> preview(np.zeros((1, 28, 28), np.uint8), ["7"])[1:4]
    b'PNG'
    """
    from PIL import Image, ImageDraw, ImageFont, features

    # without FreeType there is only a small font of fixed size
    font = ImageFont.load_default(14 if features.check("freetype2") else None)
    columns = min(COLUMNS, len(captions))
    rows = -(-len(captions) // columns)
    size = GAP + columns * (TILE + GAP), GAP + rows * (TILE + CAPTION + GAP)
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    for number, (pixels, caption) in enumerate(zip(inputs, captions, strict=True)):
        row, column = divmod(number, columns)
        left, top = GAP + column * (TILE + GAP), GAP + row * (TILE + CAPTION + GAP)
        tile = Image.fromarray(pixels).resize((TILE, TILE), Image.Resampling.NEAREST)
        page.paste(tile, (left, top))
        middle = left + TILE / 2, top + TILE + CAPTION / 2 + 2
        draw.text(middle, caption[:LETTERS], fill=0, font=font, anchor="mm")
    stream = BytesIO()
    page.save(stream, "PNG")
    return stream.getvalue()
