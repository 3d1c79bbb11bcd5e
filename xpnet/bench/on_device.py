"""Work on a CUDA device: waited for, timed by the device's own clock, or counted."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from xpnet.backends import Backend
from xpnet.bench.cuda import DeviceCounts

__all__ = ["counts", "first_run", "seconds_by_events", "until_idle"]

Work = Callable[[], object]


def until_idle(backend: Backend, work: Work) -> Work:
    """From an idle device to an idle device: it takes orders and returns before it is done."""

    def waited() -> None:
        backend.synchronize()
        work()
        backend.synchronize()

    return waited


def first_run(backend: Backend, work: Work) -> str:
    """What the first run cost: it compiles kernels and fills the memory pool."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    pool = backend.pool()
    held = f", then the pool holds {pool.held / 1e6:,.0f} MB" if pool else ""
    return f"first run {seconds:.2f} s with compilation{held}"


def seconds_by_events(backend: Backend, work: Work, turns: int) -> list[float]:
    """Seconds of the work as the device counts them, between two events around it."""
    cuda = backend.xp.cuda
    seconds = []
    for _ in range(turns):
        begun, ended = cuda.Event(), cuda.Event()
        begun.record()
        work()
        ended.record()
        ended.synchronize()
        seconds.append(cuda.get_elapsed_time(begun, ended) / 1e3)  # it tells milliseconds
    return seconds


def counts(run: Callable[[int], object], units: int) -> str:
    """What so many units ask of an emulated device, its kernels compiled and the pool full."""
    work = partial(run, units)
    work()
    work()
    with DeviceCounts() as counted:
        work()
    return (
        f"emulated, not timed; {units} x: {counted.launches} launches, {counted.to_device} copies "
        f"to and {counted.to_host} from the device, {counted.synchronisations} waits, "
        f"{counted.allocations} allocations"
    )
