"""load_mnist: the digits that come with the package, or files of your own in their format."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.backends import Array, asarray
from xpnet.datasets.idx import read_idx
from xpnet.datasets.paths import located
from xpnet.errors import DataError

__all__ = ["load_mnist"]

PACKAGED = Path(__file__).parent / "mnist"
CLASSES = 10


def load_mnist(
    normalize: bool = True,
    flatten: bool = True,
    one_hot_label: bool = False,
    *,
    root: str | os.PathLike[str] | None = None,
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Images and labels to train and to test with, as arrays of the current backend.

    Without `root`, MNIST from the package: 60000 and 10000 images of 28 x 28 pixels. Nothing is
    downloaded, and each call returns new arrays.

    Parameters
    ----------
    normalize : bool
        Pixels as float32 in 0 .. 1 instead of uint8 in 0 .. 255.
    flatten : bool
        An image as a row of 784 pixels instead of (1, 28, 28).
    one_hot_label : bool
        Labels as float32 rows with a single 1 instead of int64 numbers. There are 10 classes, or
        as many as the largest label of both sets asks for.
    root : str or path, optional
        A folder with four IDX files of your own (Fashion-MNIST, KMNIST, ...), gzipped or not,
        named as MNIST's: ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``,
        ``t10k-images-idx3-ubyte``, ``t10k-labels-idx1-ubyte``, with or without ``.gz``;
        ``train-images.idx3-ubyte`` and the like will do too. Where it is None, the environment
        variable ``XPNET_DATA_DIR`` names the folder. ``~`` is your own folder.

    Returns
    -------
    (x_train, t_train), (x_test, t_test)
        `x` of shape (N, 784) or (N, 1, 28, 28), float32 or uint8; `t` of shape (N,), int64, or
        (N, 10), float32.

    Raises
    ------
    DataError
        The folder or a file is missing, a file is damaged, or the four do not fit together.

    Examples
    --------
    >>> from xpnet.datasets import load_mnist
    >>> (x_train, t_train), (x_test, t_test) = load_mnist()
    >>> x_train.shape, t_train.shape, x_test.shape, t_test.shape
    ((60000, 784), (60000,), (10000, 784), (10000,))
    """
    folder = _folder(root)
    # all four are found before the first is read: a missing one is reported at once
    files = {
        (part, kind): _find(folder, f"{part}-{kind}-ubyte")
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    }
    x_train, t_train = _read_pair(files["train", "images-idx3"], files["train", "labels-idx1"])
    x_test, t_test = _read_pair(files["t10k", "images-idx3"], files["t10k", "labels-idx1"])
    if x_train.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"{files['train', 'images-idx3']} has {len(x_train)} images of {_size(x_train)} "
            f"pixels, {files['t10k', 'images-idx3']} has {len(x_test)} of {_size(x_test)}; "
            "expected one size"
        )
    # int: the largest label of uint8 plus 1 would be 0
    classes = max(CLASSES, int(t_train.max()) + 1, int(t_test.max()) + 1)

    def placed(x: NDArray[Any], t: NDArray[Any]) -> tuple[Array, Array]:
        count, height, width = x.shape
        x = x.reshape((count, height * width) if flatten else (count, 1, height, width))
        if normalize:
            x = np.divide(x, 255, dtype=np.float32)
        t = np.eye(classes, dtype=np.float32)[t] if one_hot_label else t.astype(np.int64)
        return asarray(x), asarray(t)

    return placed(x_train, t_train), placed(x_test, t_test)


def _folder(root: str | os.PathLike[str] | None) -> Path:
    """Where the four files are; `root` goes before the environment, and that before our own."""
    variable = os.environ.get("XPNET_DATA_DIR")
    if root is not None:
        place, origin = root, f"root={os.fspath(root)!r}"
    elif variable:
        place, origin = variable, f"XPNET_DATA_DIR={variable}"
    else:
        return PACKAGED
    spellings = " or ".join(_names("train-images-idx3-ubyte"))
    wanted = f"a folder that holds {spellings}, and three more files named as MNIST's"
    folder, status = located(place, wanted, origin)
    if status is None or not stat.S_ISDIR(status.st_mode):
        what = "no such folder" if status is None else "this is a file"
        raise DataError(f"{origin}: {what}; expected {wanted}")
    return folder


def _names(name: str) -> list[str]:
    """The spellings of a file's name that are in use."""
    dotted = name.replace("-idx", ".idx")
    return [name, f"{name}.gz", dotted, f"{dotted}.gz"]


def _find(folder: Path, name: str) -> Path:
    for spelling in _names(name):
        file, status = located(folder / spelling, "an IDX file")
        # some archives unpack into a folder of the same name, beside the dotted file
        if status is not None and stat.S_ISREG(status.st_mode):
            return file
    raise DataError(f"{folder}: none of the files {', '.join(_names(name))} is in this folder")


def _read_pair(images: Path, labels: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (N, height, width) and their labels (N,), N at least 1."""
    x, t = _read(images, 3), _read(labels, 1)
    if len(x) != len(t) or x.size == 0:
        raise DataError(
            f"{images} has {len(x)} images of {_size(x)} pixels, {labels} has {len(t)} labels; "
            "expected as many labels as images, at least one, and at least one pixel"
        )
    return x, t


def _read(file: Path, ndim: int) -> NDArray[np.uint8]:
    array = read_idx(file)
    if array.ndim != ndim or array.dtype != np.uint8:
        raise DataError(
            f"{file}: {array.dtype} of shape {array.shape}; expected uint8 with {ndim} "
            f"dimension{'s' if ndim > 1 else ''}"
        )
    return array


def _size(x: NDArray[Any]) -> str:
    return " x ".join(str(size) for size in x.shape[1:])
