"""The precision of products: float32 unless tf32 is chosen, and then on CUDA devices alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import OptionError


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The default, before and after each test."""
    assert xpnet.get_matmul_precision() == "float32"
    yield
    xpnet.set_matmul_precision("float32")


def test_it_holds_in_every_thread_until_it_is_set_again() -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(xpnet.get_matmul_precision()))
    xpnet.set_matmul_precision("tf32")
    thread.start()
    thread.join()
    assert seen == [xpnet.get_matmul_precision()] == ["tf32"]
    xpnet.set_matmul_precision("float32")
    assert xpnet.get_matmul_precision() == "float32"


@pytest.mark.parametrize(
    "value", ["TF32", "float64", "high", "", None, 32, True, ["tf32"], np.array(["tf32", "tf32"])]
)
def test_another_value_is_refused_and_changes_nothing(value: Any) -> None:
    xpnet.set_matmul_precision("tf32")
    with pytest.raises(OptionError, match=r"expected 'float32' or 'tf32', got "):
        xpnet.set_matmul_precision(value)
    assert xpnet.get_matmul_precision() == "tf32"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numpy_computes_the_same_bits(dtype: str) -> None:
    x = np.random.default_rng(0).normal(size=(30, 30)).astype(dtype)
    with xpnet.use_backend("numpy") as backend:
        plain = backend.matmul(x, x)
        xpnet.set_matmul_precision("tf32")
        np.testing.assert_array_equal(backend.matmul(x, x), plain)


@pytest.mark.parametrize(
    ("dtype", "plain", "fast"), [("float16", 68, 68), ("float32", 68, 77), ("float64", 70, 70)]
)
def test_cublas_is_asked_for_it_in_float32_alone(
    cupy_backend: Backend, monkeypatch: pytest.MonkeyPatch, dtype: str, plain: int, fast: int
) -> None:
    cublas = import_module("xpnet.backends.cublas")
    x = xpnet.asarray(np.eye(3), dtype)
    handle, computed_in = cublas.handle(), []
    right = handle._gemm

    def noting(*arguments: Any) -> int:
        computed_in.append(arguments[-2])
        return int(right(*arguments))

    monkeypatch.setattr(handle, "_gemm", noting)
    for precision in ("float32", "tf32", "float32"):
        xpnet.set_matmul_precision(precision)
        assert xpnet.to_numpy(cupy_backend.matmul(x, x)).tolist() == np.eye(3).tolist()
    assert computed_in == [plain, fast, plain]


def test_only_cuda_devices_have_it(backend: Backend) -> None:
    assert backend.has_tf32 == (backend.name == "cupy")
