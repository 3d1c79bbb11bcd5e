"""mnist_like: a drawn or photographed digit, brought to the form in which MNIST's digits are.

All of it is done in whole numbers, in an order of sums that does not matter: a program in another
language that holds numbers in float64 gives the same pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.checks import whole_number
from xpnet.errors import ArgumentTypeError, DataError, ShapeError

__all__ = ["mnist_like"]

LONGEST = 140
"""Pixels of the longer side while ink is looked for: averaging removes the noise of a photograph,
and a digit that fills a seventh of the picture still has the 20 pixels that it gets in the end."""
LEAST_CONTRAST = 24
"""How far the darkest or lightest ink is from the paper at least, of 255."""
SHARE = 3
"""Ink below a third of the largest is paper: shade, noise, and the soft edge of a stroke."""


def mnist_like(gray: NDArray[np.uint8], side: int = 28) -> NDArray[np.uint8]:
    """A digit as MNIST has it: light on dark, of one size, its centre of mass in the middle.

    1. Shrink: a picture with a side of more than 140 pixels is averaged so that its longer side
       has 140, each average rounded to a whole number.
    2. Find the ink: the paper is the median of the pixels on the border (of an even number of
       them the lower one in the middle). Ink is what is lighter or what is darker than the paper,
       whichever has the larger sum of squares, and the number of a pixel is how far it is from
       the paper. Ink below a third of the largest becomes 0.
    3. Crop to the smallest box that holds all ink.
    4. Scale: the box is averaged, or enlarged, so that its longer side has 5/7 of `side`, which is
       20 of 28; the other side keeps the aspect and has at least 1 pixel. The result is
       multiplied so that the largest pixel is 255.
    5. Place: pixel ``side // 2`` of both axes, counted from 0, is where the centre of mass comes
       to lie, up to half a pixel, unless the box would then not be inside the square.

    Averages are exact: a pixel of the result is the mean of the part of the picture under it, and
    one that lies under several counts for each by the area. Halves are rounded up.

    Parameters
    ----------
    gray : numpy.ndarray, shape (H, W), uint8
        0 is black, 255 is white; dark on light or light on dark.
    side : int
        Of the square that the network takes.

    Returns
    -------
    numpy.ndarray, shape (side, side), uint8

    Raises
    ------
    DataError
        Nothing is drawn: no pixel is 24 or more lighter or darker than the paper.
    ArgumentTypeError, ShapeError, OptionError
        `gray` is no uint8 of shape (H, W) with at least one pixel, or `side` no whole number.

    Examples
    --------
    >>> from xpnet.datasets import mnist_like
    >>> gray = np.full((300, 200), 200, np.uint8)  # grey paper
    >>> gray[40:240, 30:40] = 60  # a vertical line on it, not in the middle
    >>> made = mnist_like(gray)
    >>> made.shape, int(made.max())
    ((28, 28), 255)
    >>> np.flatnonzero(made.any(axis=1)), np.flatnonzero(made.any(axis=0))
    (array([ 4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
           21, 22, 23]), array([14]))
    """
    side = whole_number("side", side)
    ink = _ink(_shrunk(_checked(gray)))
    rows, columns = ink.any(axis=1).nonzero()[0], ink.any(axis=0).nonzero()[0]
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    sums = _sums(box, *_fitted(box.shape, max(1, _rounded(5 * side, 7))))
    return _placed(_rounded(255 * sums, int(sums.max())), side)


def _checked(gray: NDArray[np.uint8]) -> NDArray[np.int64]:
    if not isinstance(gray, np.ndarray) or gray.dtype != np.uint8:
        what = getattr(gray, "dtype", type(gray).__name__)
        raise ArgumentTypeError(
            f"mnist_like: gray is {what}; expected uint8, 0 for black to 255 for white"
        )
    if gray.ndim != 2 or gray.size == 0:
        raise ShapeError(
            f"mnist_like: gray is {gray.shape}; expected (height, width), at least (1, 1)"
        )
    return gray.astype(np.int64)


def _shrunk(gray: NDArray[np.int64]) -> NDArray[np.int64]:
    """The picture with sides of at most `LONGEST`."""
    if max(gray.shape) <= LONGEST:
        return gray
    means: NDArray[np.int64] = _rounded(_sums(gray, *_fitted(gray.shape, LONGEST)), gray.size)
    return means


def _ink(gray: NDArray[np.int64]) -> NDArray[np.int64]:
    """How far each pixel is from the paper, in the direction of the ink; 0 where none is."""
    border = np.ones(gray.shape, bool)
    border[1:-1, 1:-1] = False
    edge = np.sort(gray[border])
    paper = edge[(len(edge) - 1) // 2]
    lighter, darker = np.maximum(gray - paper, 0), np.maximum(paper - gray, 0)
    # squares: a faint shade over half of the picture is less than a thin line
    ink = lighter if np.sum(lighter**2) >= np.sum(darker**2) else darker
    largest = int(ink.max())
    if largest < LEAST_CONTRAST:
        raise DataError(
            f"nothing is drawn: no pixel differs from the paper by more than {largest} of 255; "
            f"expected a digit that differs by {LEAST_CONTRAST} or more"
        )
    return np.where(SHARE * ink < largest, 0, ink)


def _fitted(shape: tuple[int, ...], longest: int) -> tuple[int, int]:
    """Height and width in the same aspect, the longer one of them so long."""
    height, width = shape
    longer = max(shape)
    return (
        max(1, _rounded(longest * height, longer)),
        max(1, _rounded(longest * width, longer)),
    )


def _sums(picture: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    """The picture in so many rows and columns: averages, times the number of its pixels."""
    rows, columns = _overlaps(height, picture.shape[0]), _overlaps(width, picture.shape[1])
    # float64 is exact for whole numbers up to 2**53, and its products are fast
    sums: NDArray[np.float64] = rows @ picture.astype(np.float64) @ columns.T
    return sums.astype(np.int64)


def _overlaps(parts: int, size: int) -> NDArray[np.float64]:
    """How much of each of `parts` lies over each of `size` pixels, a pixel being `parts` long."""
    part, pixel = np.arange(parts)[:, None], np.arange(size)
    ends = np.minimum((part + 1) * size, (pixel + 1) * parts)
    overlaps = ends - np.maximum(part * size, pixel * parts)
    return np.where(overlaps > 0, overlaps, 0).astype(np.float64)


def _placed(box: NDArray[np.int64], side: int) -> NDArray[np.uint8]:
    """The box in a black square, with its centre of mass at pixel ``side // 2``."""
    made = np.zeros((side, side), np.uint8)
    top, left = (_start(box.sum(axis=axis), side) for axis in (1, 0))
    made[top : top + box.shape[0], left : left + box.shape[1]] = box
    return made


def _start(mass: NDArray[np.int64], side: int) -> int:
    """Where the box begins on an axis along which its mass is this."""
    total = int(mass.sum())
    start: int = _rounded(side // 2 * total - int(mass @ np.arange(len(mass))), total)
    return min(max(start, 0), side - len(mass))


def _rounded(numerator: Any, denominator: int) -> Any:
    """The quotient of whole numbers as the nearest one; a half is rounded up."""
    return (2 * numerator + denominator) // (2 * denominator)
