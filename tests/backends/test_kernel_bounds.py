"""Kernels touch nothing outside the arrays that they are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

from .attacks import guarded_memory, runs, watched_memory
from .primitive_cases import CASES

DTYPES = ["float32", "float64"]


@pytest.fixture
def no_slab(cupy_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """Each 0-d loss is an allocation of its own, so that its edges are watched too."""
    from xpnet.backends import cupy_backend as module

    monkeypatch.setattr(module, "SLAB", 1)
    monkeypatch.setattr(cupy_backend, "_slab", (None, []))
    return cupy_backend


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("primitive", sorted(CASES))
def test_primitive_writes_nothing_outside(no_slab: Backend, primitive: str, dtype: str) -> None:
    with watched_memory(no_slab.xp) as assert_untouched:
        for _, run in runs(primitive, no_slab, dtype):
            run()
            assert_untouched()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("primitive", sorted(CASES))
def test_primitive_reads_nothing_behind_its_arrays(
    no_slab: Backend, cudaemu: Any, primitive: str, dtype: str
) -> None:
    with guarded_memory(no_slab.xp, cudaemu):
        for _, run in runs(primitive, no_slab, dtype):
            run()


@pytest.mark.parametrize("length", [1, 4, 7, 35, 1024])
@pytest.mark.parametrize("dtype", ["uint8", *DTYPES])
def test_a_kernel_that_reads_one_entry_too_far_is_found(
    cupy_backend: Backend, cudaemu: Any, length: int, dtype: str
) -> None:
    cp = cupy_backend.xp
    shifted = cp.ElementwiseKernel("raw T x", "T y", "y = x[i + 1]", "planted_read")
    with guarded_memory(cp, cudaemu):
        x = xpnet.asarray(np.zeros(length, dtype))
        with pytest.raises(cp.cuda.driver.CUDADriverError, match="ILLEGAL_ADDRESS"):
            shifted(x, size=length)


@pytest.mark.parametrize(("offset", "side"), [(-1, "before"), (7, "behind")])
def test_a_kernel_that_writes_outside_is_found(
    cupy_backend: Backend, offset: int, side: str
) -> None:
    cp = cupy_backend.xp
    stray = cp.ElementwiseKernel("int64 k", "raw T y", "(&y[0])[k] = T(1)", "planted_write")
    with watched_memory(cp) as assert_untouched:
        y = xpnet.asarray(np.zeros(7, "float32"))
        stray(offset, y, size=1)
        with pytest.raises(AssertionError, match=f"written {side} an array of 28 bytes"):
            assert_untouched()
