"""No result depends on the order in which a device runs its blocks and threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

from .attacks import assert_same_bits_in_every_order, runs
from .primitive_cases import CASES

WRITTEN_BY_HAND = """relu relu_with_mask relu_grad sigmoid sigmoid_grad tanh_grad leaky_relu
leaky_relu_grad softmax_with_loss cross_entropy_rows softmax_with_loss_grad mean_squared_error
squared_error_rows cast gather clip_norm update"""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("primitive", WRITTEN_BY_HAND.split())
def test_primitive_gives_the_same_bits_in_every_order(
    cupy_backend: Backend, primitive: str, dtype: str
) -> None:
    for name, run in runs(primitive, cupy_backend, dtype):
        assert_same_bits_in_every_order(run, name)


@pytest.mark.parametrize("primitive", sorted(CASES.keys() - {"floats", "cast", "one_hot"}))
def test_what_the_library_leaves_to_cupy_has_one_order_too(
    cupy_backend: Backend, primitive: str
) -> None:
    name, run = next(runs(primitive, cupy_backend, "float32"))
    assert_same_bits_in_every_order(run, name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_loss_over_many_blocks_gives_the_same_bits_in_every_order(
    cupy_backend: Backend, dtype: str
) -> None:
    rng = np.random.default_rng(0)
    scores = xpnet.asarray(rng.normal(size=(1001, 37)), dtype)
    t = xpnet.asarray(rng.integers(0, 37, 1001))
    assert_same_bits_in_every_order(lambda: list(cupy_backend.softmax_with_loss(scores, t)))


def means(backend: Backend, source: str) -> Any:
    """Runs the kernel `mean_in_order` of this source."""
    cp = backend.xp
    code = f"typedef float T;\ntypedef int L;\n{source}"
    kernel = cp.RawModule(code=code).get_function("mean_in_order")
    x = xpnet.asarray(np.random.default_rng(1).normal(size=5000), "float32")

    def run() -> list[Any]:
        mean = cp.empty((), "float32")
        kernel((1,), (256,), (x, cp.int64(x.size), mean))
        return [mean]

    return run


def mean_source() -> str:
    from xpnet.backends.cupy_kernels import MEAN

    return MEAN


def test_the_mean_as_it_is_passes(cupy_backend: Backend) -> None:
    assert_same_bits_in_every_order(means(cupy_backend, mean_source()))


@pytest.mark.emulated
def test_a_barrier_taken_away_is_found(cupy_backend: Backend) -> None:
    source = mean_source()
    assert source.count("__syncthreads();") == 1
    with pytest.raises(AssertionError, match="other bits in order"):
        assert_same_bits_in_every_order(means(cupy_backend, source.replace("__syncthreads();", "")))


@pytest.mark.emulated
def test_a_sum_of_floats_by_atomics_is_found(cupy_backend: Backend) -> None:
    cp = cupy_backend.xp
    add = cp.ElementwiseKernel("float32 x", "raw float32 sum", "atomicAdd(&sum[0], x)", "planted")
    x = xpnet.asarray(np.random.default_rng(1).normal(size=5000), "float32")

    def run() -> list[Any]:
        total = cp.zeros(1, "float32")
        add(x, total)
        return [total]

    with pytest.raises(AssertionError, match="other bits in order"):
        assert_same_bits_in_every_order(run)
