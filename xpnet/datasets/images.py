"""Image files as gray pixels; needs the extra ``images`` (Pillow)."""

from __future__ import annotations

import os
import stat
import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from xpnet.checks import check_pillow
from xpnet.datasets.paths import located
from xpnet.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["image_files", "read_image"]

FORMATS = "PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"
"""Those that are read; others would start programs, such as Ghostscript for EPS."""
ENDINGS = {
    *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"),
    *(".pbm", ".pgm", ".ppm"),
}
EXPECTED = "expected an image: PNG, JPEG, WebP, GIF, BMP, TIFF or PPM"
MOST_BYTES = 2**28
"""Of a stream, which is read to its end before it is known to be an image."""
LONGEST = 2048
"""Pixels of the longer side of what is returned, so that little memory is needed."""


def image_files(path: str | os.PathLike[str]) -> list[Path]:
    """The image files that a path stands for: itself, or those in a folder, sorted by name.

    Parameters
    ----------
    path : str or path
        In a folder, files count whose name has an ending of an image and begins with no dot;
        folders in it are not searched. ``~`` is your own folder.

    Returns
    -------
    list of pathlib.Path
        One at least. That a path is no folder does not say that a file is there.

    Raises
    ------
    DataError
        The folder cannot be read, or has no images.

    Examples
    --------
    >>> from xpnet.datasets import image_files
    >>> [file.name for file in image_files("seven.png")]
    ['seven.png']
    """
    place, status = located(path, "an image or a folder of images")
    if status is None or not stat.S_ISDIR(status.st_mode):
        return [place]
    try:
        files = sorted(file for file in place.iterdir() if file.suffix.lower() in ENDINGS)
    except OSError as error:
        raise DataError(
            f"{path}: this folder is not readable ({error.strerror}); expected images in it"
        ) from error
    files = [file for file in files if not file.name.startswith(".") and not file.is_dir()]
    if not files:
        raise DataError(f"{path}: no images are in this folder; expected {_listed()}")
    return files


def read_image(
    source: str | os.PathLike[str] | BinaryIO, name: str | None = None
) -> NDArray[np.uint8]:
    """The gray pixels of an image file, upright.

    Colours become their luminance; what is transparent is laid over white; an image of 16 bits
    keeps the upper 8. Of several frames or pages the first is read. An image with a side of more
    than 2048 pixels is averaged in whole blocks until it has no more.

    Parameters
    ----------
    source : str, path or binary stream
        The format (PNG, JPEG, WebP, GIF, BMP, TIFF or PPM) is recognised by the content.
    name : str, optional
        What errors call it; by default the path, or "stream".

    Returns
    -------
    numpy.ndarray, shape (H, W), uint8
        0 is black, 255 is white.

    Raises
    ------
    DataError
        It is missing, unreadable, empty, no image, damaged, or has more pixels than Pillow's
        ``Image.MAX_IMAGE_PIXELS``, which guards against files that unpack to fill the memory.
    MissingExtraError
        Pillow is not installed.

    Examples
    --------
    >>> from xpnet.datasets import read_image
    >>> with open("dot.ppm", "wb") as file:
    ...     _ = file.write(b"P6 2 1 255 " + bytes([255, 255, 255, 255, 0, 0]))
    >>> read_image("dot.ppm")
    array([[255,  76]], dtype=uint8)
    """
    check_pillow()
    if isinstance(source, (str, os.PathLike)):
        shown = os.fspath(source) if name is None else name
        content: Any = _regular(source, shown)
    else:
        shown = "stream" if name is None else name
        content = BytesIO(_content(source, shown))
    return _pixels(content, shown)


def _regular(path: str | os.PathLike[str], shown: str) -> Path:
    """The path, if a file with content is there."""
    file, status = located(path, "an image", shown)
    if status is None:
        raise DataError(f"{shown}: no such file; {EXPECTED}")
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, a socket or a device"
        raise DataError(f"{shown}: this is {what}; {EXPECTED}")
    if status.st_size == 0:
        raise DataError(f"{shown}: this is empty; {EXPECTED}")
    return file


def _content(stream: BinaryIO, shown: str) -> bytes:
    try:
        content = stream.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: the stream is closed
        raise DataError(f"{shown}: this is not readable ({error}); {EXPECTED}") from error
    if not content:
        raise DataError(f"{shown}: this is empty; {EXPECTED}")
    if len(content) > MOST_BYTES:
        raise DataError(f"{shown}: this has more than {MOST_BYTES:,} bytes; {EXPECTED}")
    return content


def _pixels(content: Path | BytesIO, shown: str) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError  # an extra, imported at its first use

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd files that are read all the same
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(content, formats=FORMATS) as image:
                return _gray(image)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise DataError(
                f"{shown}: this has more than {Image.MAX_IMAGE_PIXELS or 0:,} pixels; expected a "
                "smaller image"
            ) from error
        except UnidentifiedImageError as error:
            raise DataError(f"{shown}: this is no image that can be read; {EXPECTED}") from error
        except PermissionError as error:
            raise DataError(
                f"{shown}: this is not readable ({error.strerror}); {EXPECTED}"
            ) from error
        except MemoryError as error:
            raise DataError(f"{shown}: this does not fit in memory; use a smaller one") from error
        except Exception as error:  # what a damaged file makes of Pillow is of any type
            raise DataError(
                f"{shown}: this image is damaged or of an unusual kind ({error}); save it anew, "
                "as PNG"
            ) from error


def _gray(image: Image.Image) -> NDArray[np.uint8]:
    """The first frame, upright, as gray pixels."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return _upper_bits(np.asarray(image))
    if image.has_transparency_data:
        image = _reduced(image.convert("RGBA"))
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    if image.mode != "L":
        image = image.convert("RGB").convert("L")
    return np.array(_reduced(image), np.uint8)


def _reduced(image: Image.Image) -> Image.Image:
    """The image with sides of at most `LONGEST`."""
    factor = -(-max(image.size) // LONGEST)
    return image.reduce(factor) if factor > 1 else image


def _upper_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """8 of 16 bits; numbers beyond them are white."""
    from PIL import Image

    made = (np.clip(pixels, 0, 0xFFFF).astype(np.uint16) >> 8).astype(np.uint8)
    return np.array(_reduced(Image.fromarray(made)), np.uint8)


def _listed() -> str:
    return f"files that end in {', '.join(sorted(ENDINGS))}"
