"""Reductions, scans and sorting on the emulated device against NumPy."""

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

VALUES = np.random.default_rng(1).standard_normal((7, 33)).astype(np.float32)


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["sum", "prod", "min", "max", "argmin", "argmax", "cumsum"])
def test_reductions_and_scans_are_numpys(cp, name, axis):
    expected = getattr(np, name)(VALUES, axis=axis)
    actual = getattr(cp, name)(cp.asarray(VALUES), axis=axis)
    np.testing.assert_allclose(actual.get(), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["sum", "min", "max", "argmin", "argmax"])
def test_nan_wins_a_reduction(cp, name):
    values = np.array([1, np.nan, -3, np.nan, 5])
    np.testing.assert_array_equal(getattr(cp, name)(cp.asarray(values)).get(),
                                  getattr(np, name)(values))  # fmt: skip


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float64", "complex128"])
def test_sort_and_argsort_are_numpys(cp, dtype):
    values = (VALUES * 5).astype(dtype)
    np.testing.assert_array_equal(
        cp.sort(cp.asarray(values), axis=0).get(), np.sort(values, axis=0)
    )
    expected = np.argsort(values, axis=1, kind="stable")
    np.testing.assert_array_equal(cp.argsort(cp.asarray(values), axis=1).get(), expected)


def test_nan_sorts_last(cp):
    values = np.array([np.nan, 1, -np.inf, np.nan, np.inf])
    np.testing.assert_array_equal(cp.sort(cp.asarray(values)).get(), np.sort(values))


def test_the_last_key_of_lexsort_is_the_primary_one(cp):
    keys = np.array([[3, 1, 2, 1], [1, 0, 1, 0]])
    np.testing.assert_array_equal(cp.lexsort(cp.asarray(keys)).get(), np.lexsort(keys))


def test_histograms_are_numpys(cp):
    np.testing.assert_array_equal(cp.histogram(cp.asarray(VALUES), 5)[0].get(),
                                  np.histogram(VALUES, 5)[0])  # fmt: skip
