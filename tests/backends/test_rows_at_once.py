"""How many rows inference may take at once: on a device as many as half of its memory holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, load_backend

MB = 1_000_000


@pytest.fixture
def free(
    cupy_backend: Backend, memory_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """A device that has so much memory free as the test says: 100 MB, to begin with."""
    memory = {"free": 100 * MB}
    runtime = cupy_backend.xp.cuda.runtime
    monkeypatch.setattr(runtime, "memGetInfo", lambda: (memory["free"], 10**12))
    return memory


def kept(megabytes: int) -> None:
    """Let the pool keep a block of this size that no array uses."""
    xpnet.asarray(np.zeros(megabytes * MB, "uint8"))


@pytest.mark.parametrize("bytes_per_row", [1, 10**12])
def test_on_numpy_they_are_1024(bytes_per_row: int) -> None:
    assert load_backend("numpy").rows_at_once(bytes_per_row) == 1024


def test_they_take_half_of_what_the_device_has_free(
    cupy_backend: Backend, free: dict[str, int]
) -> None:
    assert cupy_backend.rows_at_once(1000) == 50_000
    free["free"] = 10 * MB
    assert cupy_backend.rows_at_once(1000) == 5000


def test_they_are_never_fewer_than_1024(cupy_backend: Backend, free: dict[str, int]) -> None:
    free["free"] = 0
    assert cupy_backend.rows_at_once(1) == cupy_backend.rows_at_once(10**12) == 1024


def test_what_the_pool_keeps_is_free_too(cupy_backend: Backend, free: dict[str, int]) -> None:
    kept(60)
    rows = cupy_backend.rows_at_once(1000)
    assert 80_000 <= rows < 81_000  # a pool rounds up
    cupy_backend.free_unused()
    assert cupy_backend.rows_at_once(1000) == 50_000


def test_what_arrays_use_is_not_free(cupy_backend: Backend, free: dict[str, int]) -> None:
    array = xpnet.asarray(np.zeros(60 * MB, "uint8"))
    assert cupy_backend.rows_at_once(1000) < 51_000
    del array


def test_a_limit_of_the_pool_counts_and_what_arrays_use_of_it(
    cupy_backend: Backend, free: dict[str, int], memory_pool: Any
) -> None:
    memory_pool.set_limit(size=40 * MB)
    assert cupy_backend.rows_at_once(1000) == 20_000
    array = xpnet.asarray(np.zeros(30 * MB, "uint8"))
    assert cupy_backend.rows_at_once(1000) == (40 * MB - memory_pool.used_bytes()) // 2 // 1000
    del array
    assert cupy_backend.rows_at_once(1000) == 20_000
    memory_pool.set_limit(size=0)
    assert cupy_backend.rows_at_once(1000) > 50_000


def test_on_the_largest_device_no_array_of_floats_has_more_entries_than_an_int_counts(
    cupy_backend: Backend, free: dict[str, int]
) -> None:
    free["free"] = 10**12
    assert cupy_backend.rows_at_once(4) == 2**31


def test_with_an_allocator_of_another_kind_they_are_1024(
    cupy_backend: Backend, free: dict[str, int]
) -> None:
    cuda = cupy_backend.xp.cuda
    for other in (None, cuda.malloc_managed):
        with cuda.using_allocator(other):
            assert cupy_backend.rows_at_once(1) == 1024
