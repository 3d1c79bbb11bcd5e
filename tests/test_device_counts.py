"""The counts are right: each is held against calls of CuPy whose cost is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import xpnet
from tests import device_counts
from tests.device_counts import DeviceCounts, counted, normal
from xpnet.machine import CudaDevice

NOTHING = dict.fromkeys(
    ("launches", "to_device", "to_host", "synchronisations", "allocations"),
    0,
)
HOST = np.ones((4, 3), "float32")

CALLS: dict[str, tuple[Callable[[Any, Any], Any], dict[str, int]]] = {
    "nothing": (lambda cp, x: None, {}),
    "a kernel": (lambda cp, x: x * 2, {"launches": 1}),
    "a memset": (lambda cp, x: cp.zeros(3), {"launches": 1}),
    "a copy within the device": (lambda cp, x: cp.copyto(cp.empty_like(x), x), {"launches": 1}),
    "cuBLAS": (lambda cp, x: x.T @ x, {"launches": 1}),
    "CUB": (lambda cp, x: x.sum(), {"launches": 1}),
    "sort": (lambda cp, x: cp.sort(x.ravel()), {"launches": 2}),  # it copies what it then sorts
    "cuRAND": (lambda cp, x: cp.random.rand(4), {"launches": 2}),  # then 1 becomes 0
    "to the device": (lambda cp, x: cp.asarray(HOST), {"to_device": 1}),
    "to the host, with its wait": (lambda cp, x: x.get(), {"to_host": 1, "synchronisations": 1}),
    "a number": (lambda cp, x: float(x[0, 0]), {"to_host": 1, "synchronisations": 1}),
    "the device": (lambda cp, x: cp.cuda.Device().synchronize(), {"synchronisations": 1}),
    "a stream": (lambda cp, x: cp.cuda.Stream.null.synchronize(), {"synchronisations": 1}),
    "an event": (lambda cp, x: cp.cuda.Stream.null.record().synchronize(), {"synchronisations": 1}),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_call_is_counted_as_what_it_is(device_counts: type[DeviceCounts], call: str) -> None:
    made, changed = CALLS[call]

    def scenario(seed: int) -> Callable[[], Any]:
        x = normal(seed, 4, 3)
        return lambda: made(xpnet.get_backend().xp, x)

    assert counted(device_counts, scenario) == NOTHING | changed


def test_an_allocation_is_what_the_pool_does_not_have(device_counts: type[DeviceCounts]) -> None:
    cp = xpnet.get_backend().xp
    with device_counts() as counts:
        first = cp.empty(1000)
    assert counts.allocations == 1
    del first
    with device_counts() as counts:
        kept = [cp.empty(1000), cp.empty(1000)]
    assert counts.allocations == 1
    assert len(kept) == 2


def test_without_an_emulated_device_nothing_is_counted_and_the_reason_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device_counts, "cuda_device", lambda: CudaDevice("gpu", "a GPU"))
    assert "belong to the emulated device" in device_counts.why_uncounted("cupy")
    assert "--backend cupy" in device_counts.why_uncounted("numpy")
