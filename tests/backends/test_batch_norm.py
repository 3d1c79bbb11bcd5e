"""Batch normalisation in array code: what a reader can work out, on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np

import xpnet
from xpnet.backends import Backend

X = [[1.0, -2.0], [5.0, 2.0]]  # the variances are 4; with an eps of 5 the root is 3


def array(numbers: Any) -> Any:
    return xpnet.asarray(np.array(numbers, "float64"))


def assert_near(result: Any, expected: Any) -> None:
    np.testing.assert_allclose(xpnet.to_numpy(result), expected, rtol=1e-12, atol=1e-15)


def test_each_column_is_normalised_and_the_running_ones_move(backend: Backend) -> None:
    running = [array([1.0, 0.0]), array([0.0, 1.0])]
    gamma, beta = array([3.0, 6.0]), array([1.0, -1.0])
    y, x_hat, inv_std = backend.batch_norm(array(X), gamma, beta, running, 0.25, 5.0)
    assert_near(y, [[-1, -5], [3, 3]])
    assert_near(x_hat, [[-2 / 3, -2 / 3], [2 / 3, 2 / 3]])
    assert_near(inv_std, [1 / 3, 1 / 3])
    assert_near(running[0], [1.5, 0])
    assert_near(running[1], [2, 2.75])  # towards 8, which has N - 1 = 1 below it


def test_without_running_ones_the_results_are_the_same(backend: Backend) -> None:
    ones = [array([1.0, 1.0])] * 2
    plain = backend.batch_norm(array(X), *ones, [], 0.1, 5.0)
    kept = backend.batch_norm(array(X), *ones, [array([0, 0]), array([0, 0])], 0.1, 5.0)
    for a, b in zip(plain, kept, strict=True):
        np.testing.assert_array_equal(xpnet.to_numpy(a), xpnet.to_numpy(b))


def test_the_gradient_has_no_part_along_mean_and_normalised_input(backend: Backend) -> None:
    rng = np.random.default_rng(0)
    x, dout = array(rng.normal(size=(9, 4))), array(rng.normal(size=(9, 4)))
    ones = array(np.ones(4))
    _, x_hat, inv_std = backend.batch_norm(x, ones, ones, [], 0.1, 1e-30)
    grads = [array(np.zeros(4)), array(np.zeros(4))]
    dx = backend.batch_norm_grad(dout, ones, x_hat, inv_std, grads)
    assert_near(dx.sum(axis=0) + 1, np.ones(4))
    assert_near((dx * x_hat).sum(axis=0) + 1, np.ones(4))
    assert_near(grads[0], xpnet.to_numpy((dout * x_hat).sum(axis=0)))
    assert_near(grads[1], xpnet.to_numpy(dout.sum(axis=0)))


def test_inference_takes_what_is_given(backend: Backend) -> None:
    y = backend.batch_norm_inference(
        array(X), array([3.0, 6.0]), array([1.0, -1.0]), array([3.0, 0.0]), array([4.0, 4.0]), 5.0
    )
    assert_near(y, [[-1, -5], [3, 3]])
