"""Cases of a benchmark: one way to do its work, on the host or on a CUDA device."""

from __future__ import annotations

import time
from collections.abc import Callable

from xpnet.backends import load_backend, use_backend
from xpnet.machine import cuda_device

__all__ = ["EMULATED", "NO_DEVICE", "Case", "CudaCase", "Run", "SkippedCase", "repeated"]

NO_DEVICE, EMULATED = "no CUDA device", "emulated CUDA device: not timed"

Run = Callable[[int], object]
"""``run(k)`` does the work k times and returns when the last result is there."""


def repeated(work: Callable[[], object]) -> Run:
    """A `Run` that calls `work` again and again."""

    def run(k: int) -> None:
        for _ in range(k):
            work()

    return run


class Case:
    """A way to do the work on the host.

    Parameters
    ----------
    name : str
    work : Run
        Called with NumPy as the current backend.
    fraction : float
        How much of the work one call does: times are extrapolated to all of it.
    note : str or callable
        What to know about its time; a callable is asked when the case has run.

    Attributes
    ----------
    failure : str
        Why its times do not count; empty while they do.
    """

    backend = "numpy"
    failure = ""

    def __init__(
        self,
        name: str,
        work: Run,
        *,
        fraction: float = 1,
        note: str | Callable[[], str] = "",
    ) -> None:
        self.name, self.work, self.fraction, self.note = name, work, fraction, note

    def prepare(self, units: int, *, timed: bool) -> str:
        """Get ready to run.

        Parameters
        ----------
        units : int
            What one turn will do.
        timed : bool
            Whether turns will be timed.

        Returns
        -------
        str
            Why the case cannot run here; empty if it can.
        """
        return ""

    def run(self, k: int) -> None:
        """Do the work k times."""
        with use_backend(self.backend):
            self.work(k)

    def device_seconds(self, units: int, turns: int) -> list[float]:
        """Seconds of each turn by the device's own clock; empty on the host."""
        return []


class SkippedCase(Case):
    """A case that cannot run here, with the reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, lambda k: None)
        self.reason = reason

    def prepare(self, units: int, *, timed: bool) -> str:
        """The reason."""
        return self.reason


class CudaCase(Case):
    """A way to do the work on a CUDA device.

    An emulated device runs it once where nothing is timed, and is never timed.

    Parameters
    ----------
    name : str
    make : callable
        Sets the work up and returns its `Run`; both with CuPy as the current backend.
    """

    backend = "cupy"

    def __init__(self, name: str, make: Callable[[], Run]) -> None:
        super().__init__(name, lambda k: None)
        self.make = make

    def prepare(self, units: int, *, timed: bool) -> str:
        """Set the work up and run it once, which compiles kernels and fills the memory pool."""
        kind = cuda_device().kind
        if kind == "none":
            return NO_DEVICE
        if kind == "emulated" and timed:
            return EMULATED
        with use_backend(self.backend) as backend:
            self.work = self.make()
            begun = time.perf_counter()
            if timed:
                self.run(units)
            seconds, pool = time.perf_counter() - begun, backend.pool()
        held = f", then the pool holds {pool.held / 1e6:,.0f} MB" if pool else ""
        self.note = f"first run {seconds:.2f} s with compilation{held}"
        return ""

    def run(self, k: int) -> None:
        """Do the work k times, from an idle device to an idle device."""
        device = load_backend("cupy")
        device.synchronize()
        super().run(k)
        device.synchronize()

    def device_seconds(self, units: int, turns: int) -> list[float]:
        """Seconds of each turn between two CUDA events around the work."""
        cuda = load_backend("cupy").xp.cuda
        seconds = []
        for _ in range(turns):
            begun, ended = cuda.Event(), cuda.Event()
            begun.record()
            super().run(units)
            ended.record()
            ended.synchronize()
            seconds.append(cuda.get_elapsed_time(begun, ended) / 1e3)  # it is in milliseconds
        return seconds
