"""Batches and kinds of arrays: results that a reader can work out, on every backend."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

nan = math.nan


def array(numbers: Any, dtype: str = "float64") -> Any:
    return xpnet.asarray(np.array(numbers, dtype))


def assert_near(result: Any, expected: Any) -> None:
    np.testing.assert_allclose(xpnet.to_numpy(result), expected, rtol=1e-12, atol=1e-15)


# --- batches -----------------------------------------------------------------------------


def test_cast_returns_the_array_itself_where_nothing_changes(backend: Backend) -> None:
    x = array([1.0, 2.0], "float32")
    assert backend.cast(x, np.dtype("float32")) is x
    assert Backend.cast(backend, x, np.dtype("float32")) is x


def test_cast_scales_after_the_cast(backend: Backend) -> None:
    x = backend.cast(array([0, 100, 255], "uint8"), np.dtype("float64"), 0.5)
    assert x.tolist() == [0, 50, 127.5]


def test_gather_brings_rows_and_their_labels(backend: Backend) -> None:
    x, t = array([[0, 10], [20, 30], [40, 50]], "uint8"), array([7, 8, 9], "uint8")
    batch, labels = backend.gather(x, t, array([2, 0, 2], "int64"), np.dtype("float32"), 0.1)
    assert_near(batch, np.array([[4, 5], [0, 1], [4, 5]], "float32"))
    assert (labels.tolist(), labels.dtype.name) == ([9, 7, 9], "uint8")


def test_gather_counts_negative_rows_from_the_end(backend: Backend) -> None:
    x, t = array([[1.0], [2.0], [3.0]]), array([7, 8, 9], "int64")
    batch, labels = backend.gather(x, t, array([-1, -3], "int64"), np.dtype("float64"))
    assert (batch.tolist(), labels.tolist()) == ([[3], [1]], [9, 7])


def test_count_correct_counts_the_first_of_equal_scores(backend: Backend) -> None:
    scores = array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [2.0, 2.0]])
    assert int(backend.count_correct(scores, array([0, 0, 0, 1], "int64"))) == 2
    assert int(backend.count_correct(scores, array(np.eye(2)[[0, 0, 0, 1]]))) == 2


# --- what arrays are ---------------------------------------------------------------------


def test_floats_are_pythons(backend: Backend) -> None:
    numbers = backend.floats([array(2.5, "float32"), array(3, "int64"), array(nan)])
    assert [type(number) for number in numbers] == [float] * 3
    np.testing.assert_array_equal(numbers, [2.5, 3, nan])


@pytest.mark.parametrize(
    ("dtype", "floating", "integer"),
    [("float32", True, False), ("float64", True, False), ("float16", True, False)]
    + [(name, False, True) for name in ("int8", "int64", "uint8")]
    + [("bool", False, False), ("complex128", False, False)],
)
def test_kinds_of_dtypes(backend: Backend, dtype: str, floating: bool, integer: bool) -> None:
    x = backend.xp.ones(1, dtype=dtype)
    assert (backend.is_floating(x), backend.is_integer(x)) == (floating, integer)
    assert backend.dtype(dtype) == x.dtype


@pytest.mark.parametrize(("dtype", "epsilon"), [("float32", 2.0**-23), ("float64", 2.0**-52)])
def test_epsilon_is_the_gap_above_one(backend: Backend, dtype: str, epsilon: float) -> None:
    assert backend.epsilon(array([1.0], dtype)) == epsilon
