"""How often code calls on the device: launches, copies, waits, memory asked of the driver."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any

import numpy as np

import xpnet
from xpnet.machine import cuda_device

__all__ = ["DeviceCounts", "counted", "labels", "normal", "why_uncounted"]

Scenario = Callable[[int], Callable[[], Any]]
"""``scenario(seed)`` makes what a call needs, of new numbers, and returns the call."""

WORK = (
    *("kernel_launches", "cublas_calls", "cub_calls", "sort_calls", "curand_calls"),
    *("memset", "d2d", "graph_launches"),
)
# a `.get()` is one copy and one stream_syncs; a memcpy that blocks is one memcpy_syncs: none twice
WAITS = ("stream_syncs", "device_syncs", "event_syncs", "memcpy_syncs")


class DeviceCounts:
    """What the block asked of the emulated device.

    Attributes
    ----------
    launches : int
        Kernels, calls of cuBLAS, CUB, sort and cuRAND, memsets and copies within the device, and
        CUDA graphs, each as one whatever it holds.
        Calls of the API are counted: a library may start two kernels inside one. Fourier
        transforms would count too; the emulated device refuses them.
    to_device, to_host : int
        Copies between host and device.
    synchronisations : int
        Waits of the host: for a stream, the device, an event, or in a copy that blocks.
    allocations : int
        Blocks asked of the driver; what the memory pool hands out again is none.
    """

    def __enter__(self) -> DeviceCounts:
        self._before = _counters()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        changed = {name: number - self._before[name] for name, number in _counters().items()}
        self.launches = sum(changed[name] for name in WORK)
        self.to_device, self.to_host = changed["h2d"], changed["d2h"]
        self.synchronisations = sum(changed[name] for name in WAITS)
        self.allocations = changed["device_mallocs"]


def _counters() -> dict[str, int]:
    made: dict[str, Any] = import_module("cudaemu").counters()
    return made


def why_uncounted(backend: str) -> str:
    """Why a run with ``--backend`` so cannot count; nothing where it can."""
    if backend != "cupy":
        return "the counts are CuPy's: run with --backend cupy"
    if cuda_device().kind != "emulated":
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
