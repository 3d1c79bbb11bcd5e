"""A captured body does its work once, and again at each replay, in memory of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from tests.device_counts import DeviceCounts
from xpnet.backends import Backend
from xpnet.errors import CaptureError


@pytest.fixture
def cp(cupy_backend: Backend) -> Any:
    return cupy_backend.xp


def test_the_work_is_done_once_by_the_capture_and_once_by_each_replay(
    cupy_backend: Backend, cp: Any
) -> None:
    x, total = cp.ones(5), cp.zeros(5)
    calls = []

    def body() -> None:
        calls.append(0)
        total[...] += 2 * x

    replay = cupy_backend.capture(body)
    assert replay is not None
    assert total.tolist() == [2] * 5
    x[...] = 10
    replay()
    replay()
    assert total.tolist() == [42] * 5
    assert len(calls) == 2


def test_products_are_captured(cupy_backend: Backend, cp: Any) -> None:
    a = cp.asarray(np.random.default_rng(0).normal(size=(4, 3)))
    out = cp.zeros((3, 3))
    replay = cupy_backend.capture(lambda: cupy_backend.matmul(a.T, a, out=out))
    assert replay is not None
    a *= 2
    replay()
    np.testing.assert_allclose(out.get(), a.get().T @ a.get(), rtol=1e-12)


def test_what_waits_for_the_device_cannot_be_captured_and_does_no_harm(
    cupy_backend: Backend, cp: Any
) -> None:
    x = cp.zeros(5)

    def body() -> None:
        x[...] += 1
        float(x.sum())

    with pytest.raises(CaptureError):
        cupy_backend.capture(body)
    assert x.tolist() == [1] * 5
    assert cupy_backend.capture(lambda: x.fill(7)) is not None
    assert x.tolist() == [7] * 5


def test_what_a_body_raises_while_it_works_is_raised_as_it_is(cupy_backend: Backend) -> None:
    def body() -> None:
        raise LookupError("its own")

    with pytest.raises(LookupError, match="its own"):
        cupy_backend.capture(body)


@pytest.mark.usefixtures("memory_pool")
def test_nobody_else_gets_the_memory_that_a_replay_writes(cupy_backend: Backend, cp: Any) -> None:
    x, out = cp.ones(1000), cp.zeros(1000)

    def body() -> None:
        out[...] = (x + 1) * 3

    replay = cupy_backend.capture(body)
    others = [cp.full(1000, -1.0) for _ in range(50)]
    assert replay is not None
    replay()
    assert all((other == -1).all() for other in others)
    assert (out == 6).all()


@pytest.mark.parametrize("waits", [False, True], ids=["captured", "refused"])
def test_its_memory_goes_back_to_the_driver_with_it(
    cupy_backend: Backend, cudaemu: Any, cp: Any, waits: bool
) -> None:
    x = cp.ones(1000)

    def body() -> None:
        parts = [x[:size] * 2 for size in (1000, 300, 900, 200)]
        del parts[1]
        x[:500] += x[:500] * 3
        if waits:
            float(x[0])

    def blocks() -> int:
        if waits:
            with pytest.raises(CaptureError):
                cupy_backend.capture(body)
        else:
            replay = cupy_backend.capture(body)
            assert replay is not None
            replay()
            del replay
        counts = cudaemu.counters()
        return int(counts["device_mallocs"] - counts["device_frees"])

    blocks()  # what is taken once: kernels, cuBLAS
    assert [blocks() for _ in range(3)] == [blocks()] * 3


def test_a_replay_runs_on_the_current_stream(cupy_backend: Backend, cp: Any) -> None:
    x = cp.zeros(3)
    replay = cupy_backend.capture(lambda: x.fill(1))
    assert replay is not None
    with cp.cuda.Stream(non_blocking=True) as stream:
        x.fill(0)
        replay()
        stream.synchronize()
    assert x.tolist() == [1] * 3


def test_a_replay_is_one_launch(device_counts: type[DeviceCounts]) -> None:
    backend = xpnet.get_backend()
    x = backend.xp.ones(10)

    def body() -> None:
        for _ in range(6):
            x[...] = backend.relu(x) * 2

    replay = backend.capture(body)
    assert replay is not None
    with device_counts() as counts:
        replay()
    assert (counts.launches, counts.allocations, counts.synchronisations) == (1, 0, 0)
