"""Arrays and what they mean, in one safetensors file with a checksum over all of it."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
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
"""Of the metadata, which have this document alone: of several, the order would be random."""
UNSET = "00000000"
CHECKSUM = re.compile(rb'\\"checksum\\": \\"([0-9a-f]{8})\\"')
"""Where the checksum stands. No other text can look like it: its quotes are escaped twice."""
LENGTH = 8
"""Bytes at the start of a file that say how long its header is."""


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

    def array(self, name: str, shape: tuple[int, ...] | None = None) -> Any:
        """The floating array of this name, without a NaN; with `shape`, if that is its shape.

        Raises
        ------
        CheckpointError
        """
        array = self.arrays.get(name)
        if array is None:
            raise self.document.error(f"expected an array {name}, got none")
        if array.dtype.kind != "f" or shape not in (None, array.shape):
            wanted = "floats" if shape is None else f"floats of shape {shape}"
            came = f"{array.dtype} of shape {array.shape}"
            raise self.document.error(f"expected {name} to be {wanted}, got {came}")
        if np.isnan(array).any():
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
    from safetensors.numpy import save  # late, as in `read_tensors`

    for name, array in arrays.items():
        if np.isnan(array).any():
            raise CheckpointError(
                f"{path}: expected {name} to be numbers, got NaN among them; nothing is written"
            )
    whole = {"format": FORMAT, "version": __version__, "checksum": UNSET, **document}
    metadata = {KEY: _json(whole)}
    content = memoryview(save({n: np.ascontiguousarray(a) for n, a in arrays.items()}, metadata))
    start, end = _checksum_place(content)
    digest = f"{zlib.crc32(content):08x}".encode()
    try:
        write_whole(path, content[:start], digest, content[end:], durable=True)
    except OptionError as error:
        raise CheckpointError(str(error)) from error


def _json(document: Mapping[str, Any]) -> str:
    try:
        return json.dumps(document, ensure_ascii=False, allow_nan=False)
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
    if not _is_whole(content):
        raise document.error("its checksum is not that of its content: the file is damaged")
    try:
        return TensorFile(load(content), document)
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


def _checksum_place(content: bytes | memoryview) -> tuple[int, int]:
    """Where the digits of the checksum stand; (0, 0) if that is nowhere, or not one place."""
    length = int.from_bytes(content[:LENGTH], "little")
    places = [found.span(1) for found in CHECKSUM.finditer(content[: LENGTH + length])]
    return places[0] if len(places) == 1 else (0, 0)


def _is_whole(content: bytes) -> bool:
    """Whether the checksum is that of the content with zeros in the checksum's place."""
    view = memoryview(content)
    start, end = _checksum_place(view)
    digest = zlib.crc32(view[end:], zlib.crc32(UNSET.encode(), zlib.crc32(view[:start])))
    return content[start:end] == f"{digest:08x}".encode()
