"""clip_norm: the norm of gradients is limited, their direction stays."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend


def clipped(backend: Backend, values: object, limit: float, dtype: str = "float64") -> np.ndarray:
    grad = xpnet.asarray(np.array(values), dtype)
    backend.clip_norm(grad, limit)
    found: np.ndarray = xpnet.to_numpy(grad)
    assert found.dtype == dtype
    return found


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("size", [1, 7, 128, 129, 40_000, 100_003])
def test_a_larger_norm_becomes_the_limit(backend: Backend, dtype: str, size: int) -> None:
    grad = np.random.default_rng(0).normal(size=size)
    found = clipped(backend, 10 * grad / np.linalg.norm(grad), 2.0, dtype).astype("float64")
    assert np.linalg.norm(found) == pytest.approx(2, rel=3e-7)
    np.testing.assert_allclose(found, 2 * grad / np.linalg.norm(grad), rtol=1e-6)


def test_a_norm_within_the_limit_stays_to_the_bit(backend: Backend) -> None:
    grad = np.random.default_rng(0).normal(size=1000)
    found = clipped(backend, grad, float(np.linalg.norm(grad)) * 1.001)
    np.testing.assert_array_equal(found, grad)


def test_squares_beyond_float32_are_added_nevertheless(backend: Backend) -> None:
    found = clipped(backend, [3e30, -4e30, 0], 1.0, "float32")
    np.testing.assert_allclose(found, [0.6, -0.8, 0], rtol=1e-6)


def test_zeros_stay_zeros_and_nan_is_everywhere(backend: Backend) -> None:
    assert clipped(backend, [0.0, 0.0], 1.0).tolist() == [0, 0]
    assert np.isnan(clipped(backend, [0.0, np.nan, 1.0], 1.0)).all()
    with np.errstate(invalid="ignore"):
        found = clipped(backend, [0.5, np.inf], 1.0)
    assert found[0] == 0
    assert np.isnan(found[1])


def test_the_same_gradients_give_the_same_bits(backend: Backend) -> None:
    grad = np.random.default_rng(0).normal(size=100_003)
    first = clipped(backend, grad, 1.0, "float32")
    for _ in range(3):
        np.testing.assert_array_equal(clipped(backend, grad, 1.0, "float32"), first)


def test_half_precision_is_added_in_more(backend: Backend) -> None:
    found = clipped(backend, np.full(4096, 16.0), 2.0, "float16")
    np.testing.assert_allclose(found.astype("float64"), 2 / 64, rtol=1e-3)
