"""The IDX reader takes what is whole, and refuses all else with a DataError."""

from __future__ import annotations

import gzip
import math
import os
import re
import socket
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from xpnet.datasets import read_idx
from xpnet.errors import DataError

CODES = {
    "uint8": 0x08,
    "int8": 0x09,
    "int16": 0x0B,
    "int32": 0x0C,
    "float32": 0x0D,
    "float64": 0x0E,
}
LABELS = bytes([0, 0, 0x08, 1, 0, 0, 0, 3, 7, 2, 1])

Write = Callable[[bytes], Path]

# the folder is shared by all examples of a test: each overwrites the file of the one before
lenient = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def idx_bytes(array: np.ndarray[Any, Any]) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, CODES[array.dtype.name], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: bytes) -> Path:
        path = tmp_path / "numbers"
        path.write_bytes(content)
        return path

    return write


arrays = st.sampled_from(sorted(CODES)).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
)
packings = st.sampled_from([bytes, gzip.compress])


@lenient
@given(array=arrays, pack=packings)
def test_read_gives_back_what_was_written(
    write: Write, array: np.ndarray[Any, Any], pack: Callable[[bytes], bytes]
) -> None:
    result = read_idx(write(pack(idx_bytes(array))))
    np.testing.assert_array_equal(result, array, strict=True)


@pytest.mark.parametrize(
    ("code", "content", "expected"),
    [
        (0x08, b"\xff", np.array([255], "uint8")),
        (0x09, b"\xff", np.array([-1], "int8")),
        (0x0B, b"\x01\x02", np.array([0x0102], "int16")),
        (0x0C, b"\x01\x02\x03\x04", np.array([0x01020304], "int32")),
        (0x0D, b"\x3f\x80\x00\x00", np.array([1.0], "float32")),
        (0x0E, b"\xc0\x00\x00\x00\x00\x00\x00\x00", np.array([-2.0], "float64")),
    ],
)
def test_bytes_are_read_by_type_code_and_big_endian(
    write: Write, code: int, content: bytes, expected: np.ndarray[Any, Any]
) -> None:
    result = read_idx(write(bytes([0, 0, code, 1, 0, 0, 0, 1]) + content))
    np.testing.assert_array_equal(result, expected, strict=True)


@pytest.mark.parametrize("name", sorted(CODES))
def test_result_is_writable_native_and_in_c_order(write: Write, name: str) -> None:
    result = read_idx(write(idx_bytes(np.ones((2, 3), name))))
    result[0, 0] = 5
    assert result[0, 0] == 5
    assert result.dtype.isnative
    assert result.flags.c_contiguous
    assert result.flags.aligned


def test_compression_is_told_by_content_and_not_by_name(tmp_path: Path) -> None:
    plain_named_gz, gzipped_named_plain = tmp_path / "a.gz", tmp_path / "b"
    plain_named_gz.write_bytes(LABELS)
    gzipped_named_plain.write_bytes(gzip.compress(LABELS))
    assert read_idx(plain_named_gz).tolist() == [7, 2, 1]
    assert read_idx(str(gzipped_named_plain)).tolist() == [7, 2, 1]


@lenient
@given(array=arrays, data=st.data())
def test_any_truncation_is_a_data_error(
    write: Write, array: np.ndarray[Any, Any], data: st.DataObject
) -> None:
    content = idx_bytes(array)
    path = write(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(DataError, match=re.escape(str(path)) + ".*truncated"):
        read_idx(path)


@lenient
@given(array=arrays, extra=st.binary(min_size=1, max_size=20))
def test_any_appended_bytes_are_a_data_error(
    write: Write, array: np.ndarray[Any, Any], extra: bytes
) -> None:
    path = write(idx_bytes(array) + extra)
    with pytest.raises(DataError, match=re.escape(str(path)) + ".*followed by other bytes"):
        read_idx(path)


@lenient
@given(array=arrays, data=st.data())
def test_a_corrupted_header_is_refused_or_describes_every_byte(
    write: Write, array: np.ndarray[Any, Any], data: st.DataObject
) -> None:
    content = bytearray(idx_bytes(array))
    at = data.draw(st.integers(0, 3 + 4 * array.ndim))
    content[at] ^= data.draw(st.integers(1, 255))
    path = write(bytes(content))
    try:
        result = read_idx(path)
    except DataError:
        return
    assert 4 + 4 * result.ndim + result.nbytes == len(content)
    if at != 3:  # byte 3 moves the border between header and numbers
        assert result.nbytes == array.nbytes


@lenient
@given(content=st.binary(max_size=80), known=st.booleans())
def test_random_bytes_raise_nothing_but_data_error(
    write: Write, content: bytes, known: bool
) -> None:
    content = b"\0\0\x08" + content if known else content
    try:
        result = read_idx(write(content))
    except DataError:
        return
    assert 4 + 4 * result.ndim + result.nbytes == len(content)


@lenient
@given(array=arrays, data=st.data())
def test_a_corrupted_gzip_stream_is_refused_or_gives_the_same_array(
    write: Write, array: np.ndarray[Any, Any], data: st.DataObject
) -> None:
    content = bytearray(gzip.compress(idx_bytes(array)))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        result = read_idx(write(bytes(content)))
    except DataError:
        return
    np.testing.assert_array_equal(result, array, strict=True)


@lenient
@given(array=arrays, data=st.data())
def test_any_truncation_of_a_gzip_stream_is_a_data_error(
    write: Write, array: np.ndarray[Any, Any], data: st.DataObject
) -> None:
    content = gzip.compress(idx_bytes(array))
    with pytest.raises(DataError, match="truncated"):
        read_idx(write(content[: data.draw(st.integers(0, len(content) - 1))]))


@lenient
@given(extra=st.binary(min_size=1, max_size=20))
def test_bytes_after_a_gzip_stream_are_a_data_error(write: Write, extra: bytes) -> None:
    assume(extra.strip(b"\0"))  # gzip allows zeros as padding
    with pytest.raises(DataError, match="damaged or truncated"):
        read_idx(write(gzip.compress(LABELS) + extra))


def test_a_wrong_checksum_is_a_data_error(write: Write) -> None:
    content = bytearray(gzip.compress(LABELS))
    content[-8] ^= 1  # the CRC of the content
    with pytest.raises(DataError, match=r"numbers: expected a whole gzip stream.*CRC"):
        read_idx(write(bytes(content)))


def test_a_second_gzip_member_is_trailing_bytes(write: Write) -> None:
    # the first of them is enough to tell
    with pytest.raises(DataError, match=r"4 bytes follow the header, which says 3 .*no further"):
        read_idx(write(gzip.compress(LABELS) * 2))


def test_the_numbers_may_come_in_several_gzip_members_and_zeros_behind_them(write: Write) -> None:
    members = [gzip.compress(LABELS[at : at + 2]) for at in range(0, len(LABELS), 2)]
    path = write(gzip.compress(b"").join([b"", *members, b""]) + bytes(100))
    assert read_idx(path).tolist() == [7, 2, 1]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "header truncated: 0 bytes came, an IDX file begins with 4"),
        (LABELS[:3], "header truncated: 3 bytes came, an IDX file begins with 4"),
        (LABELS[:7], "header truncated: 7 bytes came, a header of 1 dimensions has 8"),
        (LABELS[:-1], "2 bytes follow the header, which says 3 .*uint8.*truncated"),
        (LABELS + b"!", "4 bytes follow the header, which says 3 .*followed by other bytes"),
        (b"<!DOCTYPE html>", "wrong magic number: the file begins with b'<!DO', .* two zero bytes"),
        (b"\0\1" + LABELS[2:], "wrong magic number"),
        (b"\1\0" + LABELS[2:], "wrong magic number"),
        (b"\0\0\x0a" + LABELS[3:], "unknown type code 0x0A; expected one of 0x08, 0x09, 0x0B"),
        (b"\0\0\x08\0" + LABELS[4:], "the header says 0 dimensions; expected at least 1"),
    ],
)
def test_each_fault_is_named_with_what_came_and_what_was_expected(
    write: Write, content: bytes, message: str, pack: Callable[[bytes], bytes]
) -> None:
    path = write(pack(content))
    with pytest.raises(DataError, match=f"^{re.escape(str(path))}: {message}"):
        read_idx(path)


@pytest.mark.parametrize("ndim", [1, 2, 4, 255])
def test_sizes_beyond_all_memory_are_a_data_error(write: Write, ndim: int) -> None:
    path = write(bytes([0, 0, 0x0E, ndim]) + b"\xff" * (4 * ndim) + b"few")
    claimed = math.prod([2**32 - 1] * ndim) * 8
    with pytest.raises(DataError, match=f"3 bytes follow the header, which says {claimed} "):
        read_idx(path)


def test_sizes_whose_product_wraps_around_to_the_length_are_a_data_error(write: Write) -> None:
    path = write(struct.pack(">HBB4I", 0, 0x08, 4, 2**16, 2**16, 2**16, 2**16))
    with pytest.raises(DataError, match=f"0 bytes follow the header, which says {2**64} "):
        read_idx(path)


@pytest.mark.parametrize(
    "shape", [(1,) * 255, (0, *[2**32 - 1] * 3)], ids=["255 axes", "0 of beyond memory"]
)
def test_a_shape_that_numpy_cannot_have_is_a_data_error(
    write: Write, shape: tuple[int, ...]
) -> None:
    content = b"?" * math.prod(shape)
    path = write(struct.pack(f">HBB{len(shape)}I", 0, 0x08, len(shape), *shape) + content)
    with pytest.raises(DataError, match=r"numbers: the header says shape .* but NumPy"):
        read_idx(path)


def packed_zeros(count: int) -> bytes:
    """So many mebibytes of zeros, behind a header that says three labels."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(LABELS)]
    parts += [packer.compress(bytes(2**20)) for _ in range(count)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize(
    "content",
    [
        packed_zeros(64),
        LABELS + bytes(2**26),
        gzip.compress(LABELS) + packed_zeros(64),
        gzip.compress(LABELS[:3]) + bytes(2**20) + packed_zeros(64),
        gzip.compress(struct.pack(">HBB3I", 0, 0x0E, 3, 2**31, 2**31, 2**31)),
        struct.pack(">HBBI", 0, 0x0E, 1, 2**32 - 1) + bytes(100),
    ],
    ids=["gzip", "plain", "later member", "split header", "header", "plain header"],
)
def test_memory_is_bounded_by_what_the_header_says_and_by_what_the_file_holds(
    write: Write, content: bytes
) -> None:
    path = write(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            read_idx(path)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_numbers_beyond_memory_are_a_data_error(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*args: Any) -> None:
        raise MemoryError

    told = "numbers: what it holds does not fit in memory"
    with monkeypatch.context() as patch:
        patch.setattr(np, "ndarray", run_out)
        with pytest.raises(DataError, match=told):
            read_idx(write(LABELS))
    read_idx(write(idx_bytes(np.zeros(50, "uint8"))))
    monkeypatch.setattr("xpnet.datasets.idx.memory", lambda: 100)
    read_idx(write(idx_bytes(np.zeros(49, "uint8"))))
    with pytest.raises(DataError, match=told):
        read_idx(write(idx_bytes(np.zeros(51, "uint8"))))
    with pytest.raises(DataError, match="truncated"):
        read_idx(write(idx_bytes(np.zeros(51, "uint8"))[:-10]))


def test_a_missing_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such file; expected an IDX file"):
        read_idx(tmp_path / "nowhere")


def test_a_folder_in_place_of_a_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this is a folder; expected an IDX file"):
        read_idx(tmp_path)


@pytest.mark.parametrize("name", ["pipe", "socket", "/dev/zero", "/dev/null"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_is_no_file_is_a_data_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(DataError, match="this is a pipe, a socket or a device; expected an"):
            read_idx(name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x" * 300, "File name too long"),
        ("a/" * 3000 + "x", "File name too long"),
        ("a\0b", "embedded null"),
        ("~a\0b", "embedded null"),
        ("half a pair \ud800", "surrogates not allowed"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows says it in other words")
def test_a_name_that_no_file_has_is_a_data_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    for path in (name, Path(name)):
        with pytest.raises(DataError, match=f"not readable .*{why}.*; expected an IDX file"):
            read_idx(path)


def test_a_locked_folder_or_file_is_a_data_error(nobody: Any) -> None:
    (nobody.folder / "locked").mkdir(mode=0o700)
    (nobody.folder / "file").touch(mode=0o600)
    with nobody():
        for name in ("locked/x", "file"):
            with pytest.raises(DataError, match=rf"{name}: this is not readable \(Permission den"):
                read_idx(nobody.folder / name)


def test_the_users_folder_may_be_written_as_a_tilde(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(write(LABELS).parent))
    assert read_idx("~/numbers").tolist() == [7, 2, 1]
    assert read_idx(Path("~/numbers")).tolist() == [7, 2, 1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such path fault")
def test_an_unreadable_path_is_a_data_error(write: Write) -> None:
    path = write(LABELS) / "below a file"
    with pytest.raises(DataError, match=r"not readable .*; expected an IDX file"):
        read_idx(path)
