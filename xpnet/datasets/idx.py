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
import stat
import struct
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.checks import memory
from xpnet.datasets.paths import located
from xpnet.errors import DataError

__all__ = ["read_idx"]

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
GZIP_MAGIC = b"\x1f\x8b"
CHUNK = 2**20


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """The array in an IDX file, gzipped or not.

    Parameters
    ----------
    path : str or path
        Compression is recognised by the first bytes, not from the name. ``~`` is your own folder.

    Returns
    -------
    numpy.ndarray, shape as the header says
        New and writable, in native byte order; uint8, int8, int16, int32, float32 or float64.

    Raises
    ------
    DataError
        The file is missing, unreadable, damaged, of another format, or longer or shorter than
        its header says; or this is no file, or more than memory holds.

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
    file, status = located(path, "an IDX file")
    if status is None:
        raise DataError(f"{file}: no such file; expected an IDX file")
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe, a socket or a device"
        raise DataError(f"{file}: this is {what}; expected an IDX file")
    try:
        with file.open("rb") as stream:
            packed = stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC
            stream.seek(0)
            return _array(file, gzip.GzipFile(fileobj=stream) if packed else stream)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{file}: expected a whole gzip stream, but it is damaged or truncated ({error}); "
            "get the file again"
        ) from error
    except OSError as error:
        raise DataError(
            f"{file}: this is not readable ({error.strerror}); expected an IDX file"
        ) from error
    except MemoryError as error:
        raise DataError(f"{file}: what it holds does not fit in memory") from error


def _array(file: Path, stream: BufferedReader | gzip.GzipFile) -> NDArray[Any]:
    """The content of an open IDX file; gzip is unpacked only as far as the header announces."""
    dtype, shape = _header(file, stream)
    # Python's integers cannot overflow, and nothing is allocated by the header's word
    wanted = math.prod(shape) * dtype.itemsize
    most = memory() // 2  # it is copied once
    content = _read(stream, min(wanted, most) + 1)
    if len(content) > most:
        raise DataError(f"{file}: what it holds does not fit in memory")
    if len(content) != wanted:
        short = len(content) < wanted
        raise DataError(
            f"{file}: {len(content)} bytes follow the header, which says {wanted} ({dtype.name} of "
            f"shape {shape}): the file is "
            f"{'truncated' if short else 'followed by other bytes, and read no further'}; "
            "get it again"
        )
    try:
        array: NDArray[Any] = np.ndarray(shape, dtype, content)
    except ValueError as error:
        # more axes than NumPy has, or a size 0 beside sizes whose product is beyond it
        raise DataError(f"{file}: the header says shape {shape}, but NumPy: {error}") from error
    return array.astype(dtype.newbyteorder("="))


def _read(stream: BufferedReader | gzip.GzipFile, count: int) -> bytearray:
    """So many bytes, or fewer at the end: memory grows with what comes, not with the count."""
    content = bytearray()
    # read1 unpacks no more than it is asked for, read a whole buffer ahead
    while piece := stream.read1(min(count - len(content), CHUNK)):
        content += piece
    return content


def _header(
    file: Path, stream: BufferedReader | gzip.GzipFile
) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """The dtype, as it is on disk, and the shape."""
    magic = _read(stream, 4)
    if len(magic) < 4:
        raise DataError(
            f"{file}: header truncated: {len(magic)} bytes came, an IDX file begins with 4"
        )
    code, ndim = magic[2], magic[3]
    if magic[:2] != b"\0\0":
        raise DataError(
            f"{file}: wrong magic number: the file begins with {bytes(magic)!r}, an IDX file with "
            "two zero bytes"
        )
    if code not in DTYPES:
        known = ", ".join(f"0x{known:02X}" for known in DTYPES)
        raise DataError(f"{file}: unknown type code 0x{code:02X}; expected one of {known}")
    if ndim == 0:
        raise DataError(f"{file}: the header says 0 dimensions; expected at least 1")
    sizes = _read(stream, 4 * ndim)
    if len(sizes) < 4 * ndim:
        raise DataError(
            f"{file}: header truncated: {4 + len(sizes)} bytes came, a header of {ndim} dimensions "
            f"has {4 + 4 * ndim}"
        )
    return np.dtype(DTYPES[code]), struct.unpack(f">{ndim}I", sizes)
