"""How often code calls on the device: launches, copies, waits, memory asked of the driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import xpnet
from xpnet.bench.cuda import DeviceCounts, cuda

__all__ = ["DeviceCounts", "counted", "labels", "normal", "why_uncounted"]

Scenario = Callable[[int], Callable[[], Any]]
"""``scenario(seed)`` makes what a call needs, of new numbers, and returns the call."""


def why_uncounted(backend: str) -> str:
    """Why a run with ``--backend`` so cannot count; nothing where it can."""
    if backend != "cupy":
        return "the counts are CuPy's: run with --backend cupy"
    if cuda().kind != "emulated":
        return "the counters belong to the emulated device, which is not active here"
    return ""


def counted(device_counts: type[DeviceCounts], scenario: Scenario) -> dict[str, int]:
    """The counts of one call on inputs not seen before, its kernels compiled and the pool full."""
    for seed in range(3):
        scenario(seed)()
    call = scenario(3)
    with device_counts() as counts:
        call()
    return {
        "launches": counts.launches,
        "to_device": counts.to_device,
        "to_host": counts.to_host,
        "synchronisations": counts.synchronisations,
        "allocations": counts.allocations,
    }


def normal(seed: int, *shape: int) -> Any:
    """Random float32 numbers on the current backend."""
    return xpnet.asarray(np.random.default_rng(seed).normal(size=shape), "float32")


def labels(seed: int, rows: int) -> Any:
    """Random labels 0 to 9 on the current backend."""
    return xpnet.asarray(np.random.default_rng(seed).integers(0, 10, rows))
