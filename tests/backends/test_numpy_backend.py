"""NumpyBackend: what holds on the CPU alone, beside what test_base says of every backend."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from xpnet.backends import Backend, load_backend
from xpnet.backends.numpy_backend import _parts
from xpnet.backends.storage import Pool
from xpnet.errors import LabelError
from xpnet.optimizers import Optimizer

from .primitive_calls import Plain
from .primitive_cases import OPTIMIZERS, numbers

SCORES = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])


@pytest.fixture
def numpy() -> Backend:
    return load_backend("numpy")


def test_it_says_where_it_is(numpy: Backend) -> None:
    assert repr(numpy) == "<NumpyBackend 'numpy' on cpu>"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_subnormal_numbers_become_0_and_no_others(numpy: Backend, dtype: str) -> None:
    normal = np.finfo(dtype).smallest_normal
    x = np.array([normal / 2, -normal / 4, normal, -normal, 0, np.nan, -np.inf, 1], dtype)
    assert x[:2].all()
    numpy.flush_subnormals(x)
    expected = np.array([0, 0, normal, -normal, 0, np.nan, -np.inf, 1], dtype)
    np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (70_000,), (700, 100), (2, 1, 40_000)])
def test_subnormals_of_arrays_of_any_shape_become_0(numpy: Backend, shape: tuple[int, ...]) -> None:
    x = np.full(shape, 1e-310)
    numpy.flush_subnormals(x)
    assert not x.any()
    y = np.full((*shape, 2), 1e-310)
    numpy.flush_subnormals(y[..., 1])
    assert not y[..., 1].any()
    assert y[..., 0].all()


def test_subnormals_of_half_precision_stay(numpy: Backend) -> None:
    x = np.array([2.0**-24], "float16")
    numpy.flush_subnormals(x)
    assert x.tolist() == [2.0**-24]


def test_an_array_of_numpy_is_taken_as_it_is(numpy: Backend) -> None:
    x = np.ones(3)
    assert numpy.asarray(x) is x
    assert numpy.to_numpy(x) is x


@pytest.mark.parametrize(
    ("t", "found"),
    [
        (np.array([0, 3]), "0 to 3"),
        (np.array([-1, 2]), "-1 to 2"),
        (np.array([200, 1], np.uint8), "1 to 200"),
        (np.array([-128, 127], np.int8), "-128 to 127"),
        (np.array([2**40, 0]), f"0 to {2**40}"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "primitive", ["softmax_with_loss", "softmax_with_loss_grad", "cross_entropy_rows"]
)
def test_a_label_out_of_range_is_refused_with_the_range(
    numpy: Backend, primitive: str, t: Any, found: str
) -> None:
    with pytest.raises(
        LabelError,
        match=f"^labels run from {found}, but 3 classes have the labels 0 to 2: correct",
    ):
        getattr(numpy, primitive)(SCORES, t)


def test_relu_goes_back_in_every_width_of_floats(numpy: Backend) -> None:
    for dtype in (np.float16, np.float32, np.float64, np.longdouble):
        dout = np.array([1, -2, 3], dtype) / 3
        dx = numpy.relu_grad(dout, np.array([False, True, False]))
        np.testing.assert_array_equal(dx, np.array([1, 0, 3], dtype) / 3, strict=True)


def test_what_a_pool_said_of_itself_stays() -> None:
    pool = Pool(used=1, held=2, free=3, total=4)
    with pytest.raises(FrozenInstanceError):
        pool.used = 0  # type: ignore[misc]
    assert pool == Pool(1, 2, 3, 4)


def test_gather_refuses_a_row_that_is_not_there(numpy: Backend) -> None:
    for index in ([0, 2], [-3, 0]):
        with pytest.raises(IndexError, match="out of bounds"):
            numpy.gather(SCORES, np.array([0, 1]), np.array(index), np.dtype("float64"))


def test_the_same_input_gives_the_same_bits_twice(numpy: Backend) -> None:
    rng = np.random.default_rng(0)
    scores, t = rng.normal(size=(1000, 10)).astype("float32"), rng.integers(0, 10, 1000)
    once, twice = (numpy.softmax_with_loss(scores, t) for _ in range(2))
    for a, b in zip(once, twice, strict=True):
        assert a.tobytes() == b.tobytes()


def test_a_quiet_computation_warns_of_nothing(numpy: Backend) -> None:
    # warnings are errors in tests: exp of far apart scores must not overflow
    far = np.array([[1e4, -1e4], [3e38, -3e38]], np.float32)
    numpy.softmax_with_loss(far[:1], np.array([1]))
    numpy.softmax(far[:1])
    numpy.sigmoid(np.array([-1e4, 1e4, 1e38], np.float32))
    assert numpy.softmax(far[:1]).tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_an_outer_product_goes_wherever_matmul_would(numpy: Backend, dtype: str, kind: str) -> None:
    column, row = np.array([[2], [3]], dtype), np.array([[5, 7, 0]], kind)
    expected = np.matmul(column, row)
    targets = np.zeros((2, 3), expected.dtype), np.zeros((3, 2), expected.dtype).T, np.zeros((2, 3))
    for out in (None, *targets):
        product = numpy.matmul(column, row, out=out)
        assert out is None or product is out
        np.testing.assert_array_equal(product, expected)
    assert numpy.matmul(column, row).dtype == expected.dtype
    with pytest.raises(ValueError, match="matmul"):
        numpy.matmul(row, row)


@pytest.mark.parametrize("shape", [(1000,), (77, 13), (3, 400), (100,), ()], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_large_update_in_parts_gives_the_same_bits(
    numpy: Backend, monkeypatch: pytest.MonkeyPatch, optimizer: Optimizer, shape: tuple[int, ...]
) -> None:
    monkeypatch.setattr("xpnet.backends.numpy_backend.PART", 100)
    rule, values = optimizer.current_rule, numbers(optimizer, 3)
    rng = np.random.default_rng(0)
    values |= {name: np.asarray(rng.random(shape, dtype="float32")) for name in rule.entrywise}
    arrays = [np.asarray(rng.random(shape, dtype="float32")) for _ in range(2 + len(rule.state))]
    whole, parts = ([array.copy() for array in arrays] for _ in range(2))
    for backend, (param, grad, *state) in ((Plain(numpy), whole), (numpy, parts)):
        backend.update(rule, param, grad, state, values)
    for one, other, before in zip(whole, parts, arrays, strict=True):
        np.testing.assert_array_equal(one, other)
        assert (one is whole[1]) == np.array_equal(one, before)  # the gradient alone stays


def test_parts_of_a_large_array_are_small_and_cover_it_once() -> None:
    for shape in ((2**20 + 1,), (1025, 1024), (3, 2**19)):
        array = np.zeros(shape, "int8")
        parts = list(_parts(array, 2**16))
        for part in parts:
            array[part] += 1
        assert (array == 1).all()
        assert max(array[part].size for part in parts) <= max(2**16, array[:1].size)


@pytest.mark.parametrize(("states", "parts"), [(0, 1), (1, 1), (2, 2), (4, 4)])
def test_parts_are_smaller_where_a_step_has_more_state(
    numpy: Backend, monkeypatch: pytest.MonkeyPatch, states: int, parts: int
) -> None:
    monkeypatch.setattr("xpnet.backends.numpy_backend.PART", 100)
    optimizer = OPTIMIZERS[0]
    monkeypatch.setattr(Backend, "update", lambda *args: sizes.append(args[2].size))
    sizes: list[int] = []
    arrays = [np.zeros(100, "float32") for _ in range(2 + states)]
    numpy.update(optimizer.current_rule, arrays[0], arrays[1], arrays[2:], numbers(optimizer))
    assert sizes == [100 // parts] * parts


def test_the_host_is_no_device_to_choose(numpy: Backend) -> None:
    assert numpy.devices() == []
    numpy.use_device(0)
    assert numpy.asarray([1.0]).tolist() == [1.0]
