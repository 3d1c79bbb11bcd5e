"""asarray, to_numpy, synchronize: the passages between backends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import BackendError

DTYPES = ["bool", "int8", "uint8", "int32", "int64", "float16", "float32", "float64"]


def test_asarray_makes_arrays_of_the_current_backend(backend: Backend) -> None:
    x = xpnet.asarray([[1.5, 2.0]])
    assert type(x) is backend.array_type
    assert (x.shape, x.dtype.name) == ((1, 2), "float64")


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")], ids=repr)
def test_asarray_takes_a_dtype_by_name_or_itself(backend: Backend, dtype: Any) -> None:
    assert xpnet.asarray([1, 2], dtype).dtype.name == "float32"


@pytest.mark.parametrize("number", [2, 2.5, True, np.float32(2.5)], ids=repr)
def test_asarray_of_a_number_is_0d(backend: Backend, number: Any) -> None:
    x = xpnet.asarray(number)
    assert type(x) is backend.array_type
    assert x.shape == ()
    assert float(x) == number


def test_asarray_of_its_own_array_does_not_copy(backend: Backend) -> None:
    x = xpnet.asarray([1.0, 2.0])
    assert xpnet.asarray(x) is x
    assert xpnet.asarray(x, backend=backend.name) is x


def test_asarray_in_another_dtype_is_a_copy(backend: Backend) -> None:
    x = xpnet.asarray([1.0, 2.0])
    y = xpnet.asarray(x, "float32")
    y[0] = 5
    assert y.dtype.name == "float32"
    assert x.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("dtype", DTYPES)
def test_asarray_moves_there_and_back_and_keeps_values_and_dtype(
    backend: Backend, marked: Backend, dtype: str
) -> None:
    numbers = np.array([[0, 1], [1, 3]]).astype(dtype)
    here = xpnet.asarray(numbers)
    there = xpnet.asarray(here, backend="marked")
    back = xpnet.asarray(there)
    assert type(there) is marked.array_type
    assert type(back) is backend.array_type
    for array in (here, there, back):
        np.testing.assert_array_equal(xpnet.to_numpy(array), numbers, strict=True)


def test_a_move_asks_the_source_for_its_array_on_the_host(
    backend: Backend, marked: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = xpnet.asarray([1.0, 2.0], backend="marked")
    monkeypatch.setattr(marked, "to_numpy", lambda x: 10 * np.asarray(x))
    assert xpnet.asarray(there).tolist() == [10.0, 20.0]


def test_asarray_moves_and_casts_at_once(backend: Backend, marked: Backend) -> None:
    there = xpnet.asarray(xpnet.asarray([1, 2]), "float32", backend="marked")
    assert type(there) is marked.array_type
    assert there.dtype.name == "float32"


def test_asarray_moves_an_array_that_is_not_contiguous(backend: Backend, marked: Backend) -> None:
    x = xpnet.asarray(np.arange(12.0).reshape(3, 4))[::-1, ::2].T
    there = xpnet.asarray(x, backend="marked")
    assert there.tolist() == [[8, 4, 0], [10, 6, 2]]


def test_asarray_on_an_unknown_backend_is_refused(backend: Backend) -> None:
    with pytest.raises(BackendError, match="unknown backend 'gpu'"):
        xpnet.asarray([1], backend="gpu")


def test_to_numpy_gives_numpys_own_arrays(backend: Backend, marked: Backend) -> None:
    for x in (xpnet.asarray([1.0, 2.0]), xpnet.asarray([1.0, 2.0], backend="marked")):
        host = xpnet.to_numpy(x)
        assert type(host) is np.ndarray
        np.testing.assert_array_equal(host, np.array([1.0, 2.0]), strict=True)


def test_to_numpy_of_a_0d_array_is_0d(backend: Backend) -> None:
    host = xpnet.to_numpy(xpnet.asarray(2.5))
    assert (type(host), host.shape, float(host)) == (np.ndarray, (), 2.5)


def test_to_numpy_takes_numbers_and_lists(backend: Backend) -> None:
    np.testing.assert_array_equal(xpnet.to_numpy([1, 2]), np.array([1, 2]), strict=True)
    np.testing.assert_array_equal(xpnet.to_numpy(3.0), np.array(3.0), strict=True)


def test_synchronize_waits_for_the_current_backend_alone(
    marked: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = []
    monkeypatch.setattr(marked, "synchronize", lambda: waits.append("marked"), raising=True)
    xpnet.synchronize()
    assert waits == []
    with xpnet.use_backend("marked"):
        xpnet.synchronize()
    assert waits == ["marked"]


def test_synchronize_returns_when_the_work_is_done(backend: Backend) -> None:
    x = xpnet.asarray(np.ones(1000, "float32"))
    y = backend.relu(x)
    assert xpnet.synchronize() is None
    assert float(y.sum()) == 1000
