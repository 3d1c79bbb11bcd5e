"""The CUDA device that a benchmark may use: a GPU is timed, an emulated device is counted."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType
from typing import Any, Literal

from xpnet.backends import available_backends, load_backend

__all__ = ["Cuda", "DeviceCounts", "cuda"]

WORK = (
    *("kernel_launches", "cublas_calls", "cub_calls", "sort_calls", "curand_calls"),
    *("memset", "d2d"),
)
# a `.get()` is one copy and one stream_syncs; a memcpy that blocks is one memcpy_syncs: none twice
WAITS = ("stream_syncs", "device_syncs", "event_syncs", "memcpy_syncs")


@dataclass(frozen=True)
class Cuda:
    """What is there.

    Attributes
    ----------
    kind : "gpu", "emulated" or "none"
    described : str
        The device, or why there is none.
    """

    kind: Literal["gpu", "emulated", "none"]
    described: str


def cuda() -> Cuda:
    """Look for a device."""
    state = available_backends()["cupy"]
    if state != "ok":
        return Cuda("none", f"no CUDA device ({state})")
    device = load_backend("cupy").device
    # the tests' emulator is a package of its own, which only its environment has
    if find_spec("cudaemu") and import_module("cudaemu").active():
        return Cuda("emulated", f"emulated: {device}")
    return Cuda("gpu", device)


class DeviceCounts:
    """What the block asked of the emulated device.

    Attributes
    ----------
    launches : int
        Kernels, calls of cuBLAS, CUB, sort and cuRAND, memsets and copies within the device.
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
