"""load_mnist: the packaged digits bit by bit, a user's own files, and what it refuses."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xpnet
import xpnet.datasets
from xpnet.backends import Backend, registry
from xpnet.datasets import load_mnist
from xpnet.errors import DataError

Arrays = dict[str, np.ndarray[Any, Any]]

DIGESTS = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
TRAIN_X, TRAIN_T, TEST_X, TEST_T = DIGESTS


def idx_bytes(array: np.ndarray[Any, Any]) -> bytes:
    codes = {"uint8": 0x08, "int32": 0x0C}
    header = struct.pack(f">HBB{array.ndim}I", 0, codes[array.dtype.name], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def small_set(labels: int = 10) -> Arrays:
    rng = np.random.default_rng(0)
    return {
        TRAIN_X: rng.integers(0, 256, (5, 4, 3), dtype=np.uint8),
        TRAIN_T: rng.integers(0, labels, 5, dtype=np.uint8),
        TEST_X: rng.integers(0, 256, (2, 4, 3), dtype=np.uint8),
        TEST_T: rng.integers(0, labels, 2, dtype=np.uint8),
    }


def write_set(folder: Path, arrays: Arrays) -> Path:
    for name, array in arrays.items():
        (folder / name).write_bytes(idx_bytes(array))
    return folder


def on_host(data: Any) -> list[np.ndarray[Any, Any]]:
    """``[x_train, t_train, x_test, t_test]`` of NumPy."""
    return [xpnet.to_numpy(array) for array in itertools.chain(*data)]


@pytest.fixture(autouse=True)
def no_data_dir(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XPNET_DATA_DIR", raising=False)


@pytest.fixture(scope="module")
def raw() -> Iterator[list[np.ndarray[Any, Any]]]:
    """The packaged data as it is on disk: ``normalize=False, flatten=False``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("XPNET_DATA_DIR", raising=False)
        yield on_host(load_mnist(normalize=False, flatten=False))


# --- the digits in the package -----------------------------------------------------------


def test_packaged_files_hold_the_published_bytes() -> None:
    folder = Path(xpnet.datasets.__file__).parent / "mnist"
    found = {
        name: hashlib.sha256(gzip.decompress((folder / f"{name}.gz").read_bytes())).hexdigest()
        for name in DIGESTS
    }
    assert found == DIGESTS


def test_packaged_files_carry_their_credits_and_licence() -> None:
    text = (Path(xpnet.datasets.__file__).parent / "mnist" / "README.md").read_text("utf-8")
    for credit in ("Yann LeCun", "Corinna Cortes", "Christopher J.C. Burges"):
        assert credit in text
    assert "https://creativecommons.org/licenses/by-sa/3.0/" in text


def test_raw_arrays_hold_the_published_pixels_and_labels(
    raw: list[np.ndarray[Any, Any]],
) -> None:
    x_train, t_train, x_test, t_test = raw
    found = [
        hashlib.sha256(idx_bytes(array)).hexdigest()
        for array in (
            x_train.reshape(60000, 28, 28),
            t_train.astype(np.uint8),
            x_test.reshape(10000, 28, 28),
            t_test.astype(np.uint8),
        )
    ]
    assert found == list(DIGESTS.values())
    assert [array.shape for array in raw] == [
        (60000, 1, 28, 28),
        (60000,),
        (10000, 1, 28, 28),
        (10000,),
    ]
    assert [array.dtype.name for array in raw] == ["uint8", "int64", "uint8", "int64"]


def test_first_labels_are_the_known_ones(raw: list[np.ndarray[Any, Any]]) -> None:
    assert raw[1][:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert raw[3][:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]


def test_defaults_are_flat_float32_pixels_from_0_to_1_and_integer_labels(
    raw: list[np.ndarray[Any, Any]],
) -> None:
    x_train, t_train, x_test, t_test = on_host(load_mnist())
    for x, x_raw in ((x_train, raw[0]), (x_test, raw[2])):
        assert x.shape == (len(x_raw), 784)
        assert (x.dtype, x.min(), x.max()) == (np.float32, 0, 1)
        expected = x_raw[:500].reshape(500, 784).astype(np.float32) / np.float32(255)
        np.testing.assert_array_equal(x[:500], expected)
    np.testing.assert_array_equal(t_train, raw[1], strict=True)
    np.testing.assert_array_equal(t_test, raw[3], strict=True)


class Marked(np.ndarray[Any, Any]):
    """Arrays that can be told from NumPy's own."""


class MarkedBackend(Backend):
    name, xp, device = "marked", np, "cpu"
    array_type = Marked

    def asarray(self, x: Any, dtype: Any = None) -> Any:
        return np.asarray(x, dtype).view(Marked)


@pytest.mark.parametrize("one_hot_label", [False, True])
def test_results_are_arrays_of_the_current_backend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_hot_label: bool
) -> None:
    # not by register_backend, which is for good
    monkeypatch.setitem(registry._loaded, "marked", MarkedBackend())
    write_set(tmp_path, small_set())
    with xpnet.use_backend("marked"):
        data = load_mnist(one_hot_label=one_hot_label, root=tmp_path)
    assert [type(array) for array in itertools.chain(*data)] == [Marked] * 4


# --- a user's own files ------------------------------------------------------------------


@pytest.mark.parametrize("flatten", [True, False])
@pytest.mark.parametrize("normalize", [True, False])
def test_own_files_keep_their_pixels_and_size(
    tmp_path: Path, normalize: bool, flatten: bool
) -> None:
    arrays = small_set()
    data = load_mnist(normalize, flatten, root=write_set(tmp_path, arrays))
    x_train, t_train, x_test, t_test = on_host(data)
    for x, t, images, labels in (
        (x_train, t_train, arrays[TRAIN_X], arrays[TRAIN_T]),
        (x_test, t_test, arrays[TEST_X], arrays[TEST_T]),
    ):
        expected = images.astype(np.float32) / np.float32(255) if normalize else images
        shape = (len(images), 12) if flatten else (len(images), 1, 4, 3)
        np.testing.assert_array_equal(x, expected.reshape(shape), strict=True)
        np.testing.assert_array_equal(t, labels.astype(np.int64), strict=True)


@pytest.mark.parametrize(("largest", "classes"), [(3, 10), (9, 10), (10, 11), (255, 256)])
@pytest.mark.parametrize("name", [TRAIN_T, TEST_T])
def test_one_hot_rows_have_a_class_for_the_largest_label_and_at_least_10(
    tmp_path: Path, name: str, largest: int, classes: int
) -> None:
    arrays = small_set(labels=3)
    arrays[name][1] = largest
    data = load_mnist(one_hot_label=True, root=write_set(tmp_path, arrays))
    _, t_train, _, t_test = on_host(data)
    for t, labels in ((t_train, arrays[TRAIN_T]), (t_test, arrays[TEST_T])):
        expected = np.zeros((len(labels), classes), np.float32)
        expected[np.arange(len(labels)), labels] = 1
        np.testing.assert_array_equal(t, expected, strict=True)


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("gzipped", [False, True])
def test_every_spelling_of_the_names_is_found(tmp_path: Path, gzipped: bool, dotted: bool) -> None:
    arrays = small_set()
    for name, array in arrays.items():
        content = idx_bytes(array)
        spelling = name.replace("-idx", ".idx") if dotted else name
        if gzipped:
            content, spelling = gzip.compress(content), f"{spelling}.gz"
        (tmp_path / spelling).write_bytes(content)
    _, t_train, _, t_test = on_host(load_mnist(root=str(tmp_path)))
    np.testing.assert_array_equal(t_train, arrays[TRAIN_T])
    np.testing.assert_array_equal(t_test, arrays[TEST_T])


def test_a_folder_named_like_a_file_does_not_hide_the_dotted_file(tmp_path: Path) -> None:
    write_set(tmp_path, small_set())
    (tmp_path / TRAIN_X).rename(tmp_path / "train-images.idx3-ubyte")
    (tmp_path / TRAIN_X).mkdir()
    assert load_mnist(root=tmp_path)[0][0].shape == (5, 12)


def test_data_dir_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPNET_DATA_DIR", str(write_set(tmp_path, small_set())))
    assert load_mnist()[0][0].shape == (5, 12)


def test_root_goes_before_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPNET_DATA_DIR", str(tmp_path / "nowhere"))
    assert load_mnist(root=write_set(tmp_path, small_set()))[0][0].shape == (5, 12)


def test_an_empty_data_dir_means_the_packaged_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xpnet.datasets.load.PACKAGED", write_set(tmp_path, small_set()))
    monkeypatch.setenv("XPNET_DATA_DIR", "")
    assert load_mnist()[0][0].shape == (5, 12)


def test_the_users_folder_may_be_written_as_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own").mkdir()
    write_set(tmp_path / "own", small_set())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_mnist(root="~/own")[0][0].shape == (5, 12)
    assert load_mnist(root=Path("~/own"))[0][0].shape == (5, 12)
    monkeypatch.setenv("XPNET_DATA_DIR", "~/own")
    assert load_mnist()[0][0].shape == (5, 12)


def test_each_load_returns_new_arrays(tmp_path: Path) -> None:
    write_set(tmp_path, small_set())
    first, second = (load_mnist(normalize=False, root=tmp_path)[0][0] for _ in range(2))
    first[...] = 0
    np.testing.assert_array_equal(
        xpnet.to_numpy(second), small_set()[TRAIN_X].reshape(5, 12), strict=True
    )


# --- what is refused ---------------------------------------------------------------------


def test_a_missing_root_is_named_with_the_files_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"root='.*nowhere': no such folder; .*{TRAIN_X}.gz"):
        load_mnist(root=str(tmp_path / "nowhere"))


def test_a_missing_data_dir_is_named_by_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XPNET_DATA_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(DataError, match=r"XPNET_DATA_DIR=.*nowhere: no such folder"):
        load_mnist()


def test_a_file_in_place_of_the_root_is_a_data_error(tmp_path: Path) -> None:
    file = write_set(tmp_path, small_set()) / TRAIN_X
    with pytest.raises(DataError, match="this is a file; expected a folder"):
        load_mnist(root=file)


@pytest.mark.parametrize("root", ["x" * 300, "a\0b", "~a\0b", "half a pair \ud800", "loop"])
@pytest.mark.skipif(os.name == "nt", reason="Windows takes other names")
def test_a_root_that_no_folder_can_have_is_a_data_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with pytest.raises(DataError, match=r"^root=.*: this is not readable .*; expected a folder"):
        load_mnist(root=root)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes with a path")
def test_a_pipe_in_place_of_the_root_or_of_a_file_is_a_data_error_at_once(tmp_path: Path) -> None:
    (write_set(tmp_path, small_set()) / TEST_X).unlink()
    os.mkfifo(tmp_path / TEST_X)
    for root, told in ((tmp_path, "none of the files"), (tmp_path / TEST_X, "this is a file")):
        with pytest.raises(DataError, match=told):
            load_mnist(root=root)


def test_a_locked_folder_is_a_data_error(nobody: Any) -> None:
    (nobody.folder / "locked" / "below").mkdir(parents=True)
    (nobody.folder / "locked").chmod(0o700)
    with nobody():
        for root in (nobody.folder / "locked", nobody.folder / "locked" / "below"):
            with pytest.raises(DataError, match=r"this is not readable \(Permission denied\)"):
                load_mnist(root=root)


@pytest.mark.parametrize("name", DIGESTS)
def test_a_missing_file_is_told_by_folder_and_names_looked_for(tmp_path: Path, name: str) -> None:
    (write_set(tmp_path, small_set()) / name).unlink()
    dotted = name.replace("-idx", r"\.idx")
    names = rf"{name}, {name}\.gz, {dotted}, {dotted}\.gz"
    with pytest.raises(DataError, match=f"{tmp_path.name}: none of the files {names} is"):
        load_mnist(root=tmp_path)


def test_a_damaged_file_is_a_data_error(tmp_path: Path) -> None:
    file = write_set(tmp_path, small_set()) / TEST_T
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=f"{TEST_T}: 1 bytes follow the header, which says 2"):
        load_mnist(root=tmp_path)


IMAGES, LABELS = small_set()[TRAIN_X], small_set()[TRAIN_T]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({TRAIN_X: IMAGES[0]}, rf"{TRAIN_X}: uint8 of shape \(4, 3\); expected uint8 with 3 dim"),
        ({TEST_T: LABELS[:, None]}, rf"{TEST_T}: uint8 of shape \(5, 1\); .* 1 dimension$"),
        ({TRAIN_X: IMAGES.astype("int32")}, rf"{TRAIN_X}: int32 of shape .*; expected uint8"),
        ({TRAIN_T: LABELS.astype("int32")}, rf"{TRAIN_T}: int32 of shape .*; expected uint8"),
        (
            {TRAIN_T: LABELS[:4]},
            f"{TRAIN_X} has 5 images of 4 x 3 pixels, .*{TRAIN_T} has 4 labels; expected as many",
        ),
        ({TEST_X: IMAGES}, f"{TEST_X} has 5 images .*, .*{TEST_T} has 2 labels"),
        (
            {TEST_X: IMAGES[:2, :3]},
            f"{TRAIN_X} has 5 images of 4 x 3 pixels, .*{TEST_X} has 2 of 3 x 3; expected one size",
        ),
        (
            # the same number of pixels is not the same size
            {TEST_X: IMAGES[:2].transpose(0, 2, 1)},
            f"{TRAIN_X} has 5 images of 4 x 3 pixels, .*{TEST_X} has 2 of 3 x 4",
        ),
        (
            {TRAIN_X: IMAGES[:0], TRAIN_T: LABELS[:0]},
            f"{TRAIN_X} has 0 images of 4 x 3 pixels, .*{TRAIN_T} has 0 labels; .* at least one",
        ),
        (
            {TEST_X: IMAGES[:0], TEST_T: LABELS[:0]},
            f"{TEST_X} has 0 images of 4 x 3 pixels, .*{TEST_T} has 0 labels; .* at least one",
        ),
        (
            {TRAIN_X: IMAGES[:, :0], TEST_X: IMAGES[:2, :0]},
            f"{TRAIN_X} has 5 images of 0 x 3 pixels, .* at least one pixel",
        ),
    ],
)
def test_files_that_do_not_fit_together_are_named_with_their_counts(
    tmp_path: Path, changed: Arrays, message: str
) -> None:
    write_set(tmp_path, small_set() | changed)
    with pytest.raises(DataError, match=message):
        load_mnist(root=tmp_path)
