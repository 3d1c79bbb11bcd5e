"""CuPy's array code on the emulated device against NumPy: one claim a feature."""

import pickle

import numpy as np
import pytest

pytestmark = pytest.mark.emulated

X = np.random.default_rng(2).standard_normal((7, 33)).astype(np.float32)


def test_elementwise_expressions_broadcast(cp):
    x = cp.asarray(X)
    actual = x * 2 + x[0] - cp.exp(x[:, :1])
    np.testing.assert_allclose(actual.get(), X * 2 + X[0] - np.exp(X[:, :1]), 1e-5, 1e-6)


def test_fancy_indices_read_and_write(cp):
    x, expected, index = cp.asarray(X), X.copy(), np.array([3, 0, 3, 6])
    np.testing.assert_array_equal(x[cp.asarray(index)].get(), X[index])
    x[cp.asarray(index)] = 5
    x[x < -1] = 0
    expected[index] = 5
    expected[expected < -1] = 0
    np.testing.assert_array_equal(x.get(), expected)


def test_fuse_makes_one_kernel(cp, cudaemu):
    @cp.fuse()
    def hypotenuse(a, b):  # a lambda has no name that a kernel could take
        return cp.sqrt(a * a + b * b) + 1

    x = cp.asarray(X)
    hypotenuse(x, x)
    with cudaemu.measure() as counts:
        y = hypotenuse(x, x)
    assert counts["kernel_launches"] == 1
    np.testing.assert_allclose(y.get(), np.sqrt(X * X * 2) + 1, 1e-5)


def test_elementwise_kernel_takes_arrays_raw_arrays_and_scalars(cp):
    kernel = cp.ElementwiseKernel("T x, raw T y, float32 s", "T z", "z = x * s + y[i % 3]", "k")
    y = np.arange(3, dtype=np.float32)
    expected = X * 2 + y[np.arange(X.size) % 3].reshape(X.shape)
    np.testing.assert_allclose(
        kernel(cp.asarray(X), cp.asarray(y), 2.0).get(), expected, 1e-5, 1e-6
    )


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_reduction_kernel_reduces_over_an_axis(cp, axis):
    norm = cp.ReductionKernel("T x", "T y", "x * x", "a + b", "y = sqrt(a)", "0", "norm")
    expected = np.sqrt((X * X).sum(axis=axis))
    np.testing.assert_allclose(norm(cp.asarray(X), axis=axis).get(), expected, 1e-5)


def test_a_pickled_array_comes_back(cp):
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(cp.asarray(X))).get(), X)


def test_dlpack_hands_over_the_memory_itself(cp):
    x = cp.asarray(X)
    y = cp.from_dlpack(x)
    y += 1
    np.testing.assert_array_equal(x.get(), X + 1)
