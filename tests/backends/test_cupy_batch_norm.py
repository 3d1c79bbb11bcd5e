"""The kernels of batch normalisation: which arrays they take, and sums that keep their digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

ROWS = 70_001


@pytest.fixture
def module(cupy_backend: Backend) -> Any:
    from xpnet.backends import cupy_batch_norm

    return cupy_batch_norm


def test_they_take_arrays_of_one_dtype_that_are_not_empty(
    cupy_backend: Backend, module: Any
) -> None:
    xp = cupy_backend.xp
    x, one = xp.ones((4, 3), "float32"), xp.ones(3, "float32")
    assert module.takes(x, (one, one), (one,))
    assert not module.takes(x, (one, one.astype("float64")))
    assert not module.takes(x.astype("float16"), (one.astype("float16"),))
    assert not module.takes(x[:0], (one,))
    assert not module.takes(x, (one,), (xp.ones(6, "float32")[::2],))


@pytest.mark.parametrize("columns", [1, 33])
def test_the_sums_of_many_rows_are_exact_to_a_rounding(
    cupy_backend: Backend, module: Any, columns: int
) -> None:
    rng = np.random.default_rng(0)
    host = (rng.normal(size=(ROWS, columns)) + 100).astype("float32")
    x, one = xpnet.asarray(host), xpnet.asarray(np.ones(columns, "float32"))
    mean, var = xpnet.asarray(np.zeros((2, columns), "float32"))
    _, x_hat, inv_std = module.forward(x, one, one, [mean, var], 1.0, 1e-5)
    exact = host.astype("float64")
    np.testing.assert_allclose(xpnet.to_numpy(mean), exact.mean(axis=0), rtol=2e-7)
    np.testing.assert_allclose(xpnet.to_numpy(var), exact.var(axis=0, ddof=1), rtol=1e-6)
    np.testing.assert_allclose(
        xpnet.to_numpy(inv_std), 1 / np.sqrt(exact.var(axis=0) + 1e-5), rtol=1e-6
    )
    grads = xpnet.asarray(np.zeros((2, columns), "float32"))
    module.backward(x_hat, one, x_hat, inv_std, list(grads))
    normal = xpnet.to_numpy(x_hat).astype("float64")
    np.testing.assert_allclose(xpnet.to_numpy(grads[0]), (normal**2).sum(axis=0), rtol=2e-7)


def test_inference_takes_rows_and_one_row_alone(module: Any) -> None:
    x = xpnet.asarray(np.arange(6.0).reshape(2, 3), "float32")
    one = xpnet.asarray(np.ones(3), "float32")
    whole = module.inference(x, one, one, one, one, 1e-5)
    np.testing.assert_array_equal(
        xpnet.to_numpy(module.inference(x[1], one, one, one, one, 1e-5)), xpnet.to_numpy(whole)[1]
    )
