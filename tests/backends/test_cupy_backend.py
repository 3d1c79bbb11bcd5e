"""CupyBackend: what only its device can show."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, load_backend

from .primitive_calls import called, laid_out, made
from .primitive_cases import CASES, Case

FAR = [-1, 3, 255, -(2**40), 2**40, 2**62, -(2**63)]
"""Labels of no class of three: read as addresses, most of them would be a fault."""


def host(x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(xpnet.to_numpy(x))


def batch(rows: int, dtype: str = "float32") -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return (
        xpnet.asarray(rng.normal(size=(rows, 10)), dtype),
        xpnet.asarray(rng.integers(0, 10, rows)),
    )


def test_it_says_where_it_is(cupy_backend: Backend) -> None:
    assert repr(cupy_backend).startswith("<CupyBackend 'cupy' on cuda:0 (")


@pytest.mark.parametrize("primitive", sorted(CASES))
def test_primitive_gives_what_numpy_gives(cupy_backend: Backend, primitive: str) -> None:
    for name, case in CASES[primitive].items():
        found, expected = (results(primitive, case, on) for on in ("cupy", "numpy"))
        for ours, theirs in zip(found, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13, err_msg=name)


def results(primitive: str, case: Case, name: str) -> list[Any]:
    with xpnet.use_backend(name) as backend:
        arguments = tuple(made(argument, "float64", "contiguous") for argument in case)
        returned = called(primitive, backend, arguments)
    return [host(result) for result in returned if result is not None]


def by_rows(backend: Backend, scores: Any, t: Any) -> list[Any]:
    """What each primitive of rows and labels gives a row."""
    loss, y, dx = backend.softmax_with_loss(scores, t)
    rows = [y, dx, backend.cross_entropy_rows(scores, t), backend.softmax_with_loss_grad(scores, t)]
    return [host(loss), *map(host, rows)]


@pytest.mark.parametrize("label", FAR)
def test_a_label_out_of_range_makes_its_row_nan_and_no_other(
    cupy_backend: Backend, label: int
) -> None:
    scores = xpnet.asarray(np.arange(12.0).reshape(4, 3))
    t = xpnet.asarray(np.array([0, label, 2, 1]))
    good = xpnet.asarray(np.array([0, 0, 2, 1]))
    loss, *found = by_rows(cupy_backend, scores, t)
    _, *expected = by_rows(cupy_backend, scores, good)
    assert np.isnan(loss)
    for ours, wanted in zip(found, expected, strict=True):
        assert np.isnan(ours[1]).all()
        np.testing.assert_array_equal(ours[[0, 2, 3]], wanted[[0, 2, 3]])


def test_a_label_beyond_int64_is_out_of_range(cupy_backend: Backend) -> None:
    t = xpnet.asarray(np.array([0, 2**64 - 1], np.uint64))
    _, *found = by_rows(cupy_backend, xpnet.asarray(np.zeros((2, 3))), t)
    for ours in found:
        assert np.isnan(ours.reshape(2, -1)).all(axis=1).tolist() == [False, True]


def test_scores_of_no_rows_have_a_loss_of_nan_as_the_base_says(cupy_backend: Backend) -> None:
    scores, t = batch(0)
    loss, y, dx, rows, again = by_rows(cupy_backend, scores, t)
    assert np.isnan(loss)
    assert [result.shape for result in (y, dx, rows, again)] == [(0, 10), (0, 10), (0,), (0, 10)]


@pytest.mark.parametrize("primitive", ["softmax_with_loss", "cross_entropy_rows"])
def test_scores_of_no_columns_are_refused_as_the_base_does(
    cupy_backend: Backend, primitive: str
) -> None:
    scores, t = xpnet.asarray(np.zeros((3, 0), "float32")), xpnet.asarray(np.zeros(3, int))
    with pytest.raises(ValueError, match="zero-size array"):
        getattr(Backend, primitive)(cupy_backend, scores, t)
    with pytest.raises(ValueError, match="zero-size array"):
        getattr(cupy_backend, primitive)(scores, t)


@pytest.mark.parametrize("pixels", ["uint8", "float32", "float16"])
@pytest.mark.parametrize("scale", [None, 1 / 255])
def test_a_batch_in_float16_is_what_the_base_gives(
    cupy_backend: Backend, pixels: str, scale: float | None
) -> None:
    x = xpnet.asarray(np.random.default_rng(0).integers(0, 256, (20, 7)).astype(pixels))
    t, index = xpnet.asarray(np.arange(20)), xpnet.asarray(np.array([3, 19, 0, -1]))
    found = cupy_backend.gather(x, t, index, np.dtype("float16"), scale)
    expected = Backend.gather(cupy_backend, x, t, index, np.dtype("float16"), scale)
    for ours, wanted in zip(found, expected, strict=True):
        assert ours.dtype == wanted.dtype
        np.testing.assert_allclose(host(ours), host(wanted), rtol=2e-3)


@pytest.mark.parametrize("width", [1, 2, 3, 127, 129, 1023, 1024, 1025, 2500])
@pytest.mark.parametrize("label_width", [1, 3, 1100])
def test_gather_brings_rows_of_any_width(
    cupy_backend: Backend, width: int, label_width: int
) -> None:
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(5, width)))
    t = xpnet.asarray(np.random.default_rng(1).integers(0, 9, (5, label_width)))
    index = np.array([4, 0, -1, 2, 2, -5, 3])
    found, labels = cupy_backend.gather(x, t, xpnet.asarray(index), np.dtype("float64"))
    np.testing.assert_array_equal(host(found), host(x)[index])
    np.testing.assert_array_equal(host(labels), host(t)[index])


@pytest.mark.parametrize("pixels", ["bool", "int8", "uint16", "int64", "float16", "float64"])
@pytest.mark.parametrize("labels", ["bool", "uint8", "int32", "uint64", "float16", "float32"])
@pytest.mark.parametrize("rows", ["int64", "int32", "int8", "uint8"])
def test_gather_takes_every_dtype_however_it_lies(
    cupy_backend: Backend, pixels: str, labels: str, rows: str
) -> None:
    rng = np.random.default_rng(0)
    x, t = (laid_out(rng.integers(0, 2, (9, 5)).astype(d), "strided") for d in (pixels, labels))
    index = laid_out(np.array([8, 0, 3, 3], rows), "reversed")
    found, taken = cupy_backend.gather(x, t, index, np.dtype("float32"), 0.5)
    assert (found.dtype.name, taken.dtype.name) == ("float32", labels)
    np.testing.assert_array_equal(host(found), host(x)[host(index)] * np.float32(0.5))
    np.testing.assert_array_equal(host(taken), host(t)[host(index)])


@pytest.mark.parametrize("row", [3, -4, 2**40, -(2**40)])
def test_gather_makes_a_row_that_is_not_there_nan_with_label_0(
    cupy_backend: Backend, row: int
) -> None:
    x = xpnet.asarray(np.arange(6.0).reshape(3, 2))
    t = xpnet.asarray(np.array([7, 8, 9]))
    index = xpnet.asarray(np.array([2, row, -3]))
    found, labels = cupy_backend.gather(x, t, index, np.dtype("float32"))
    np.testing.assert_array_equal(host(found), [[4, 5], [np.nan, np.nan], [0, 1]])
    assert host(labels).tolist() == [9, 0, 7]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_same_input_gives_the_same_bits_twice(cupy_backend: Backend, dtype: str) -> None:
    scores, t = batch(1000, dtype)
    once, twice = (cupy_backend.softmax_with_loss(scores, t) for _ in range(2))
    for a, b in zip(once, twice, strict=True):
        assert host(a).tobytes() == host(b).tobytes()


def test_losses_that_are_kept_stay_distinct(cupy_backend: Backend) -> None:
    # more than two slabs of 0-d arrays; a loss that is dropped must not be written again either
    t = xpnet.asarray(np.array([0]))
    gaps = np.arange(3000.0)
    scores = xpnet.asarray(np.stack([np.zeros(3000), gaps], axis=1))
    kept = [cupy_backend.softmax_with_loss(scores[k : k + 1], t)[0] for k in range(3000)]
    np.testing.assert_allclose(cupy_backend.floats(kept), np.logaddexp(0, gaps), rtol=1e-12)


def test_losses_of_two_dtypes_do_not_share_a_slab(cupy_backend: Backend) -> None:
    t = xpnet.asarray(np.array([0]))
    zeros = np.zeros((1, 2))
    losses = [
        cupy_backend.softmax_with_loss(xpnet.asarray(zeros, dtype), t)[0]
        for dtype in ("float32", "float64", "float32")
    ]
    assert [loss.dtype.name for loss in losses] == ["float32", "float64", "float32"]
    assert [loss.shape for loss in losses] == [()] * 3


def test_a_batch_of_many_blocks_is_whole(cupy_backend: Backend) -> None:
    scores, t = batch(1001)
    loss, y, dx = cupy_backend.softmax_with_loss(scores, t)
    expected = load_backend("numpy").softmax_with_loss(host(scores), host(t))
    for found, wanted in zip((loss, y, dx), expected, strict=True):
        np.testing.assert_allclose(host(found), wanted, rtol=1e-5, atol=1e-7)


def test_synchronize_waits_for_the_whole_device(
    cupy_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []
    device = SimpleNamespace(synchronize=lambda: waits.append("waited"))
    monkeypatch.setattr(cupy_backend.xp.cuda, "Device", lambda number: {0: device}[number])
    xpnet.synchronize()
    assert waits == ["waited"]


def test_each_device_has_a_name_of_its_own(cupy_backend: Backend) -> None:
    names = cupy_backend.devices()
    assert len(set(names)) == len(names) == cupy_backend.xp.cuda.runtime.getDeviceCount()


def test_another_device_is_used_with_a_handle_and_memory_of_its_own(
    cupy_backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    cublas = import_module("xpnet.backends.cublas")  # which imports CuPy
    cuda, used = cupy_backend.xp.cuda, []
    for name in ("device_id", "device", "_slab"):  # put back at the end
        monkeypatch.setattr(cupy_backend, name, getattr(cupy_backend, name))
    monkeypatch.setattr(
        cuda, "Device", lambda number: SimpleNamespace(use=lambda: used.append(number))
    )
    monkeypatch.setattr(cuda.runtime, "getDeviceProperties", lambda number: {"name": b"second"})
    x = xpnet.asarray(np.ones((2, 2)))
    cupy_backend.softmax_with_loss(x, xpnet.asarray(np.array([0, 1])))
    before = cublas.handle()
    cupy_backend.use_device(1)
    assert used == [1]
    assert cupy_backend.device == "cuda:1 (second)"
    assert not cupy_backend.owns(x)
    assert cublas.handle() is not before
    assert cupy_backend._slab == (None, [])  # what is left of it lies on the other device
