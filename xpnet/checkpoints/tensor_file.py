"""Arrays and what they mean, in one safetensors file with a checksum at its end."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from xpnet.checkpoints.document import Document
from xpnet.errors import CheckpointError, OptionError
from xpnet.files import expanded, write_whole
from xpnet.version import __version__

__all__ = ["TensorFile", "read_tensors", "write_tensors"]

FORMAT = 1
"""What this version writes and reads; a file of a later one is refused."""
KEY = "xpnet"
"""Of the document in the metadata."""
DTYPES = {"float32": "F32", "float64": "F64", "int64": "I64"}
LENGTH = 8
"""Bytes at the start of a file that say how long its header is."""
CHECKSUM, DIGEST = "checksum", 4
"""The last array, and how many bytes it has: the CRC-32 of all that stands before it. The names of
parameters end in a number, and so are others."""


class TensorFile(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    arrays : dict of str to numpy array
    document : Document
        What was written beside them; its errors name the file.
    """

    arrays: dict[str, Any]
    document: Document

    def array(self, name: str, shape: tuple[int, ...] | None = None, kinds: str = "f") -> Any:
        """The floating array of this name, without a NaN; with `shape`, if that is its shape.

        With `kinds` of dtypes, as NumPy calls them, it is to be of one of these.

        Raises
        ------
        CheckpointError
        """
        array = self.arrays.get(name)
        if array is None:
            raise self.document.error(f"expected an array {name}, got none")
        if array.dtype.kind not in kinds or shape not in (None, array.shape):
            wanted = "floats" if kinds == "f" else "integers"
            wanted += "" if shape is None else f" of shape {shape}"
            came = f"{array.dtype} of shape {array.shape}"
            raise self.document.error(f"expected {name} to be {wanted}, got {came}")
        if _has_nan(array):
            raise self.document.error(f"expected {name} to be numbers, got NaN among them")
        return array


def write_tensors(path: str | Path, arrays: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    """Write a file whole and wait until it is on the disk, or leave what stands there.

    The same arrays and document make the same bytes.

    Parameters
    ----------
    path : str or path
    arrays : mapping of str to numpy array
    document : mapping of str to JSON values

    Raises
    ------
    CheckpointError
        An array holds NaN, or the file cannot be written.
    """
    for name, array in arrays.items():
        if _has_nan(array):
            raise CheckpointError(
                f"{path}: expected {name} to be numbers, got NaN among them; nothing is written"
            )
    # the largest numbers first, so that each is aligned
    ordered = sorted(arrays.items(), key=lambda item: (-item[1].itemsize, item[0]))
    whole = {name: np.ascontiguousarray(array) for name, array in ordered}
    header = _header(whole, {"format": FORMAT, "version": __version__, **document})
    parts = [memoryview(header), *(array.reshape(-1).data for array in whole.values())]
    try:
        write_whole(path, _with_checksum(parts), durable=True)
    except OptionError as error:
        raise CheckpointError(str(error)) from error


def _has_nan(array: Any) -> bool:
    # the smallest number is NaN where there is one, and needs no array of its own
    return array.size > 0 and bool(np.isnan(array.min()))


def _header(arrays: Mapping[str, Any], document: Mapping[str, Any]) -> bytes:
    """The start of a file in the format safetensors, up to the first number."""
    header: dict[str, Any] = {"__metadata__": {KEY: _json(document)}}
    end = 0
    sizes = {name: (DTYPES[a.dtype.name], a.shape, a.nbytes) for name, a in arrays.items()}
    for name, (dtype, shape, size) in {**sizes, CHECKSUM: ("U8", (DIGEST,), DIGEST)}.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % LENGTH)
    return len(text).to_bytes(LENGTH, "little") + text


def _with_checksum(parts: Sequence[memoryview]) -> Iterator[bytes | memoryview]:
    """These parts, and behind them their checksum, which is computed while they are written."""
    with ThreadPoolExecutor(1) as pool:
        checksum = pool.submit(reduce, lambda found, part: zlib.crc32(part, found), parts, 0)
        yield from parts
        yield checksum.result().to_bytes(DIGEST, "little")


def _json(document: Mapping[str, Any]) -> str:
    try:
        return json.dumps(document, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise CheckpointError(
            f"expected values that JSON has, got others: {error}; nothing is written"
        ) from error


def read_tensors(path: str | Path) -> TensorFile:
    """Read a file that `write_tensors` wrote.

    Nothing in it is trusted: no code runs, and the memory is a small multiple of its size.

    Raises
    ------
    CheckpointError
        There is no such file, or it is damaged, of another program, or of a later version.
    """
    # a script that keeps nothing does not pay for the import
    from safetensors import SafetensorError
    from safetensors.numpy import load

    content = _content(path)
    document = _document(path, content)
    if document.count("format") != FORMAT:
        raise document.error(
            f"expected format {FORMAT}, got {document.count('format')}, written by xpnet "
            f"{document.get('version', str):.20}; this is xpnet {__version__}: take a later one"
        )
    checked, digest = memoryview(content)[:-DIGEST], content[-DIGEST:]
    if zlib.crc32(checked).to_bytes(DIGEST, "little") != digest:
        raise document.error(
            "its checksum is not that of its content: the file is damaged, or cut off"
        )
    try:
        arrays = load(content)
        arrays.pop(CHECKSUM, None)
        return TensorFile(arrays, document)
    # KeyError: a dtype that NumPy lacks
    except (SafetensorError, ValueError, KeyError, OverflowError) as error:
        raise document.error(f"expected arrays of NumPy's dtypes, got {error}") from error


def _content(path: str | Path) -> bytes:
    try:
        place = expanded(path)
        if place.is_file() or not place.exists():
            return place.read_bytes()
        why = "it is a folder, as Trainer.resume takes it" if place.is_dir() else "it is a device"
    except (OSError, ValueError) as error:  # ValueError: a name that no system has
        why = getattr(error, "strerror", None) or str(error)
    raise CheckpointError(f"{path} cannot be read: {why}; name a file that xpnet saved")


def _document(path: str | Path, content: bytes) -> Document:
    """What the header says beside the arrays."""
    length = int.from_bytes(content[:LENGTH], "little")
    try:
        text = json.loads(content[LENGTH : LENGTH + length])["__metadata__"][KEY]
        return Document.parsed(text, str(path))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CheckpointError(
            f"{path}: expected a file that xpnet saved, got one of another kind, or one that is "
            "damaged or cut off"
        ) from error
