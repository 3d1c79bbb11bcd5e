"""The IDX format of the MNIST files: a header that says type and sizes, then the numbers.

::

    bytes 0, 1        zero
    byte  2           the type of the numbers, see `DTYPES`
    byte  3           how many axes, n
    4 bytes, n times  the size of each axis, big-endian
    the rest          the numbers, big-endian, last axis fastest
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.errors import DataError

__all__ = ["read_idx"]

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """The array in an IDX file, gzipped or not.

    Parameters
    ----------
    path : str or path
        Compression is told from the first bytes, not from the name.

    Returns
    -------
    numpy.ndarray, shape as the header says
        New and writable, in native byte order; uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    DataError
        The file is missing, unreadable, damaged, of another format, or longer or shorter than
        its header says.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from xpnet.datasets import read_idx
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read_idx(path)
    array([7, 2, 1], dtype=uint8)
    """
    file = Path(path)
    content = _content(file)
    dtype, shape = _header(file, content)
    start = 4 + 4 * len(shape)
    # Python's integers cannot overflow, and nothing is allocated by the header's word
    wanted, came = math.prod(shape) * dtype.itemsize, len(content) - start
    if came != wanted:
        raise DataError(
            f"{file}: {came} bytes follow the header, which says {wanted} ({dtype.name} of shape "
            f"{shape}): the file is {'truncated' if came < wanted else 'followed by other bytes'}; "
            "get it again"
        )
    try:
        array: NDArray[Any] = np.ndarray(shape, dtype, content, start)
    except ValueError as error:
        # more axes than NumPy has, or a size 0 beside sizes whose product is beyond it
        raise DataError(f"{file}: the header says shape {shape}, but NumPy: {error}") from error
    return array.astype(dtype.newbyteorder("="))


def _content(file: Path) -> bytes:
    """All bytes of the file, uncompressed."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        raise DataError(f"{file}: no such file; expected an IDX file") from None
    except OSError as error:
        what = "a folder" if file.is_dir() else f"not readable ({error.strerror})"
        raise DataError(f"{file}: this is {what}; expected an IDX file") from error
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{file}: expected a whole gzip stream, but it is damaged or truncated ({error}); "
            "get the file again"
        ) from error


def _header(file: Path, content: bytes) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """The dtype, as it is on disk, and the shape."""
    if len(content) < 4:
        raise DataError(
            f"{file}: header truncated: {len(content)} bytes came, an IDX file begins with 4"
        )
    code, ndim = content[2], content[3]
    if content[:2] != b"\0\0":
        raise DataError(
            f"{file}: wrong magic number: the file begins with {content[:4]!r}, an IDX file with "
            "two zero bytes"
        )
    if code not in DTYPES:
        known = ", ".join(f"0x{known:02X}" for known in DTYPES)
        raise DataError(f"{file}: unknown type code 0x{code:02X}; expected one of {known}")
    if ndim == 0:
        raise DataError(f"{file}: the header says 0 dimensions; expected at least 1")
    if len(content) < 4 + 4 * ndim:
        raise DataError(
            f"{file}: header truncated: {len(content)} bytes came, a header of {ndim} dimensions "
            f"has {4 + 4 * ndim}"
        )
    return np.dtype(DTYPES[code]), struct.unpack_from(f">{ndim}I", content, 4)
