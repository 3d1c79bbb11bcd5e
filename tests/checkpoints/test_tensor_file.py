"""A file holds what was written, byte for byte the same each time, or it is refused."""

import json
import os
import socket
import struct
import zlib

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from xpnet.checkpoints import read_tensors, write_tensors
from xpnet.errors import CheckpointError

ARRAYS = {"W1": np.arange(6, dtype="float32").reshape(2, 3), "b1": np.array([0.1, np.inf])}
DOCUMENT = {"name": 'a "quoted" ÄŒ숫자\n \ud800', "scale": 1 / 255, "layers": [{"a": None}]}


@pytest.fixture
def path(tmp_path):
    write_tensors(tmp_path / "net.safetensors", ARRAYS, DOCUMENT)
    return tmp_path / "net.safetensors"


def resealed(path, change):
    """The file with its header changed, and with a checksum that fits."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    document = json.loads(header["__metadata__"]["xpnet"])
    change(header, document)
    header["__metadata__"] = {"xpnet": json.dumps(document)}
    text = json.dumps(header).encode()
    made = struct.pack("<Q", len(text)) + text + content[8 + length : -4]
    path.write_bytes(made + struct.pack("<I", zlib.crc32(made)))
    return path


def test_what_is_written_is_read_to_the_bit(path):
    file = read_tensors(path)
    assert file.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert file.arrays[name].tobytes() == array.tobytes()
        assert (file.arrays[name].dtype, file.arrays[name].shape) == (array.dtype, array.shape)
    assert {name: file.document.values[name] for name in DOCUMENT} == DOCUMENT


def test_the_library_safetensors_reads_it_too_and_finds_the_checksum_behind_the_rest(path):
    arrays = load_file(path)
    assert arrays.keys() == {*ARRAYS, "checksum"}
    assert all(arrays[name].tobytes() == array.tobytes() for name, array in ARRAYS.items())
    content = path.read_bytes()
    assert (
        arrays["checksum"].tobytes() == content[-4:] == struct.pack("<I", zlib.crc32(content[:-4]))
    )


def test_numbers_are_aligned_to_their_size(path):
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert length % 8 == 0
    for name, array in ARRAYS.items():
        assert header[name]["data_offsets"][0] % array.itemsize == 0


def test_the_same_content_makes_the_same_bytes(path):
    first = path.read_bytes()
    write_tensors(path, dict(reversed(ARRAYS.items())), DOCUMENT)
    assert path.read_bytes() == first


def test_arrays_in_any_layout_are_written_as_they_read(tmp_path):
    turned, stepped = ARRAYS["W1"].T, np.arange(10.0)[::2]
    write_tensors(tmp_path / "x", {"turned": turned, "stepped": stepped}, {})
    arrays = read_tensors(tmp_path / "x").arrays
    assert arrays["turned"].tolist() == turned.tolist()
    assert arrays["stepped"].tolist() == stepped.tolist()


def test_no_arrays_at_all_are_a_file_too(tmp_path):
    write_tensors(tmp_path / "x", {}, {"a": 1})
    assert read_tensors(tmp_path / "x").document.values["a"] == 1


def test_nan_is_not_written(path):
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="expected b1 to be numbers, got NaN among them"):
        write_tensors(path, {**ARRAYS, "b1": np.array([1.0, np.nan])}, DOCUMENT)
    assert path.read_bytes() == before


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, object()])
def test_what_json_lacks_is_not_written(path, value):
    before = path.read_bytes()
    with pytest.raises(CheckpointError, match="expected values that JSON has, got others"):
        write_tensors(path, ARRAYS, {"notes": value})
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_one_error(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere.* cannot be written: No such file"):
        write_tensors(tmp_path / "nowhere" / "x", ARRAYS, {})


@pytest.mark.parametrize("name", ["missing", ".", "socket", "half a pair: \ud800", "nul\0"])
def test_what_is_no_file_cannot_be_read(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)  # the name of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(CheckpointError, match=r"cannot be read: .*; name a file"):
            read_tensors(tmp_path / name)


def test_a_device_without_end_is_not_read():
    with pytest.raises(CheckpointError, match="/dev/zero cannot be read: it is a device"):
        read_tensors("/dev/zero")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n" + bytes(100), b"\xff" * 64, struct.pack("<Q", 2) + b"{}"],
)
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(CheckpointError, match="expected a file that xpnet saved, got one of"):
        read_tensors(tmp_path / "x")


def test_a_safetensors_file_of_another_program_is_refused(tmp_path):
    save_file(ARRAYS, tmp_path / "x", {"format": "pt"})
    with pytest.raises(CheckpointError, match="expected a file that xpnet saved, got one of"):
        read_tensors(tmp_path / "x")


def test_a_file_of_a_later_version_is_refused_by_name(path):
    resealed(path, lambda header, document: document.update(format=2, version="7.0"))
    with pytest.raises(CheckpointError, match=r"got 2, written by xpnet 7\.0; this is xpnet .*: t"):
        read_tensors(path)


def test_any_byte_that_is_changed_is_found(path):
    content = path.read_bytes()
    for place in range(len(content)):
        for flipped in (0x01, 0x20, 0x80):
            damaged = bytearray(content)
            damaged[place] ^= flipped
            path.write_bytes(damaged)
            with pytest.raises(CheckpointError):
                read_tensors(path)


def test_any_length_that_is_cut_off_or_added_is_found(path):
    content = path.read_bytes()
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(CheckpointError):
            read_tensors(path)
    for more in (b"\0", b" " * 8, content):
        path.write_bytes(content + more)
        with pytest.raises(CheckpointError):
            read_tensors(path)


@pytest.mark.parametrize("value", [None, "1", 1.0, True, -1])
def test_a_format_that_is_no_number_is_refused(path, value):
    resealed(path, lambda header, document: document.update(format=value))
    with pytest.raises(CheckpointError, match="expected format to be"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda header: header["W1"].update(dtype="BF16"), "expected arrays of NumPy's dtypes"),
        (lambda header: header["W1"].update(dtype="F99"), "expected arrays of NumPy's dtypes"),
        (lambda header: header["W1"].update(shape=[2**62, 3]), "expected arrays of NumPy's"),
        (lambda header: header["W1"].update(data_offsets=[0, 10**9]), "expected arrays of NumPy's"),
        (lambda header: header.pop("W1"), "expected arrays of NumPy's dtypes"),
    ],
)
def test_a_header_that_does_not_fit_its_arrays_is_refused(path, change, words):
    resealed(path, lambda header, document: change(header))
    with pytest.raises(CheckpointError, match=words):
        read_tensors(path)


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({}, "expected an array W, got none"),
        ({"W": np.zeros((2, 2))}, r"floats of shape \(2, 3\), got float64 of shape \(2, 2\)"),
        ({"W": np.zeros((2, 3), int)}, "got int64 of shape"),
        ({"W": np.full((2, 3), np.nan)}, "expected W to be numbers, got NaN among them"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_by_name(path, arrays, words):
    file = read_tensors(path)._replace(arrays=arrays)
    with pytest.raises(CheckpointError, match=words):
        file.array("W", (2, 3))


def test_integers_are_read_where_they_are_asked_for(path):
    write_tensors(path, {"steps": np.array([2**40])}, {})
    file = read_tensors(path)
    assert file.array("steps", (1,), "iu").tolist() == [2**40]
    with pytest.raises(CheckpointError, match=r"steps to be floats of shape \(1,\), got int64"):
        file.array("steps", (1,))
    with pytest.raises(CheckpointError, match="expected steps to be integers, got float64"):
        file._replace(arrays={"steps": np.ones(1)}).array("steps", kinds="iu")


def test_the_file_is_on_the_disk_before_it_has_its_name(path, monkeypatch):
    steps = []
    monkeypatch.setattr(os, "fsync", lambda handle: steps.append("fsync"))
    replace = type(path).replace
    monkeypatch.setattr(type(path), "replace", lambda *a: (steps.append("name"), replace(*a))[1])
    write_tensors(path, ARRAYS, DOCUMENT)
    assert steps == ["fsync", "name", "fsync"]
