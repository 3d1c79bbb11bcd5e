"""Every kind of image becomes gray pixels; whatever is none is a DataError of one line."""

from __future__ import annotations

import io
import os
import struct
import zlib

import numpy as np
import pytest

from xpnet.datasets import image_files, read_image
from xpnet.errors import DataError, MissingExtraError

Image = pytest.importorskip("PIL.Image", reason="images need the extra 'images'")

GRAY = np.array([[0, 60, 120], [180, 240, 255]], np.uint8)


@pytest.fixture
def saved(tmp_path):
    """``saved(image, "a.png", ...)`` writes it and gives the path."""

    def save(image, name="a.png", **options):
        path = tmp_path / name
        image.save(path, **options)
        return path

    return save


def refused(source, told):
    """The message of the error, which is one line."""
    with pytest.raises(DataError, match=told) as caught:
        read_image(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.gif", "a.tif", "a.pgm", "a.PNG"])
def test_gray_pixels_come_as_they_are(saved, name):
    np.testing.assert_array_equal(read_image(saved(Image.fromarray(GRAY), name)), GRAY, strict=True)


@pytest.mark.parametrize(("name", "options"), [("a.jpg", {"quality": 95}), ("a.webp", {})])
def test_lossy_formats_come_nearly_so(saved, name, options):
    pixels = np.kron(GRAY, np.ones((16, 16), np.uint8))
    read = read_image(saved(Image.fromarray(pixels), name, **options)).astype(int)
    assert np.abs(read - pixels).mean() < 6


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "YCbCr", "1", "P"])
def test_every_kind_of_colour_becomes_luminance(saved, mode):
    black_and_white = Image.fromarray(np.array([[0, 255]], np.uint8)).convert("RGB")
    image = black_and_white.convert(mode)
    read = read_image(saved(image, "a.tif")).astype(int)
    np.testing.assert_allclose(read, [[0, 255]], atol=2)


def test_what_is_transparent_is_white(saved):
    pixels = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 128]]], np.uint8)
    read = read_image(saved(Image.fromarray(pixels)))
    np.testing.assert_allclose(read.astype(int), [[255, 0, 127]], atol=1)


def test_a_transparent_palette_is_laid_over_white(saved):
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 90, 90, 90])
    read = read_image(saved(image, transparency=0))
    np.testing.assert_array_equal(read, [[255, 90]])


def test_of_16_bits_the_upper_8_are_kept(saved):
    wide = Image.fromarray(GRAY.astype(np.uint16) * 257)
    for name in ("a.png", "a.tif"):
        np.testing.assert_array_equal(read_image(saved(wide, name)), GRAY, strict=True)


def test_of_several_frames_the_first_is_read(saved):
    frames = [Image.fromarray(frame) for frame in (GRAY, 255 - GRAY)]
    path = saved(frames[0], "a.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(read_image(path), GRAY)


def test_a_photograph_is_turned_upright(saved):
    exif = Image.Exif()
    exif[0x0112] = 6  # the first row is at the right
    read = read_image(saved(Image.fromarray(GRAY), exif=exif))
    np.testing.assert_array_equal(read, np.rot90(GRAY, -1))


def test_a_large_image_is_averaged_in_whole_blocks(saved):
    pixels = np.kron(GRAY, np.ones((100, 1400), np.uint8))
    assert read_image(saved(Image.fromarray(pixels))).shape == (67, 1400)


def test_a_stream_is_read_and_named(saved):
    stream = io.BytesIO(saved(Image.fromarray(GRAY)).read_bytes())
    np.testing.assert_array_equal(read_image(stream), GRAY)
    with pytest.raises(DataError, match=r"^stdin: this is empty; expected an image"):
        read_image(stream, "stdin")
    stream.close()
    refused(stream, "stream: this is not readable")


def test_a_stream_without_end_is_refused(monkeypatch):
    monkeypatch.setattr("xpnet.datasets.images.MOST_BYTES", 10)
    refused(io.BytesIO(bytes(11)), "more than 10 bytes")


@pytest.mark.parametrize(
    "content", [b"no image", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"]
)
def test_what_is_no_image_is_refused(tmp_path, content):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    message = refused(path, "this is no image that can be read; expected an image: PNG")
    assert message.startswith(f"{path}: ")


def test_nothing_there_is_refused(tmp_path):
    refused(tmp_path / "a.png", "no such file; expected an image")
    (tmp_path / "a.png").touch()
    refused(tmp_path / "a.png", "this is empty")
    refused(tmp_path, "this is a folder")
    refused(tmp_path / "a.png" / "b.png", "this is not readable")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "this is a pipe, a socket or a device")


def test_a_locked_file_is_refused(nobody):
    path = nobody.folder / "a.png"
    Image.fromarray(GRAY).save(path)
    path.chmod(0)
    with nobody():
        refused(path, "this is not readable .Permission denied")


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.tif", "a.bmp", "a.pgm"])
def test_a_truncated_file_is_refused_or_read_never_anything_else(saved, name):
    whole = saved(Image.fromarray(np.kron(GRAY, np.ones((9, 9), np.uint8))), name).read_bytes()
    messages = []
    for length in range(1, len(whole), max(1, len(whole) // 40)):
        try:
            read_image(io.BytesIO(whole[:length]))
        except DataError as error:
            messages.append(str(error))
    assert len(messages) >= 10
    assert not any("\n" in message for message in messages)


def test_damaged_bytes_are_refused_or_read_never_anything_else(saved):
    rng = np.random.default_rng(0)
    for name in ("a.png", "a.jpg", "a.gif", "a.tif"):
        whole = saved(Image.fromarray(GRAY), name).read_bytes()
        for _ in range(40):
            damaged = np.frombuffer(whole, np.uint8).copy()
            damaged[rng.integers(0, len(damaged), 5)] = rng.integers(0, 256, 5)
            try:
                assert read_image(io.BytesIO(damaged.tobytes())).dtype == np.uint8
            except DataError:
                continue


def chunk(name, content):
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_unpacked(tmp_path, side):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))))
    refused(path, r"this has more than 89,478,485 pixels; expected a smaller image")


def test_memory_that_runs_out_is_one_line(saved, monkeypatch):
    def run_out(image):
        raise MemoryError

    path = saved(Image.fromarray(GRAY))
    monkeypatch.setattr("xpnet.datasets.images._gray", run_out)
    refused(path, "this does not fit in memory")


def test_without_pillow_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'xpnet\[images\]'"):
        read_image("a.png")


def test_a_folder_is_its_images_sorted(tmp_path):
    for name in ("b.PNG", "a.jpeg", "notes.txt", ".hidden.png", "c.webp"):
        (tmp_path / name).touch()
    (tmp_path / "d.png").mkdir()
    assert [file.name for file in image_files(tmp_path)] == ["a.jpeg", "b.PNG", "c.webp"]
    assert image_files(tmp_path / "notes.txt") == [tmp_path / "notes.txt"]


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no images are in this folder; expected files that end"):
        image_files(tmp_path)


def test_a_locked_folder_is_refused(nobody):
    folder = nobody.folder / "locked"
    folder.mkdir(mode=0)
    with nobody(), pytest.raises(DataError, match="this folder is not readable"):
        image_files(folder)
