"""Contest: one piece of work by several contenders, on the host and on a CUDA device."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from xpnet.backends import Backend, load_backend, use_backend
from xpnet.bench.cuda import DeviceCounts, cuda
from xpnet.bench.results import Row
from xpnet.bench.timing import interleave, ratio, spread

__all__ = ["CUDA", "OURS", "Contest", "repeated"]

OURS, CUDA = "xpnet on numpy", "xpnet on cupy"
NO_DEVICE = "no CUDA device"
RAN = "ran, not timed"

Run = Callable[[int], object]
"""``run(k)`` does the work k times, and has waited for the last result when it returns."""


def repeated(work: Callable[[], object]) -> Run:
    """A `Run` of one call of `work` after the other."""

    def run(k: int) -> None:
        for _ in range(k):
            work()

    return run


class Contest:
    """One piece of work by several contenders, who take turns in one process.

    Parameters
    ----------
    table, work : str
        Where the rows go, and what is done.
    units : int
        How often a turn does the work; times are of one unit.
    ours, on_cuda : str
        What rows call xpnet's own contender, to which ratios refer, and that on a CUDA device.

    Examples
    --------
    >>> contest = Contest("sums", "a thousand numbers", units=10)
    >>> contest.enter("xpnet on numpy", repeated(lambda: sum(range(1000))))
    >>> contest.enter("half as many", repeated(lambda: sum(range(500))))
    >>> [row.contender for row in contest.rows(turns=3) if row.ratio]
    ['half as many']
    """

    def __init__(
        self, table: str, work: str, units: int = 1, ours: str = OURS, on_cuda: str = CUDA
    ) -> None:
        self.table, self.work, self.units = table, work, units
        self.ours, self.on_cuda = ours, on_cuda
        self._runs: dict[str, Run] = {}
        self._shares: dict[str, float] = {}
        self._told: dict[str, dict[str, Any]] = {}
        self._make: Callable[[], Run] | None = None

    def enter(
        self, name: str, run: Run, aim: float | None = None, note: str = "", share: float = 1
    ) -> None:
        """A contender on the host.

        Parameters
        ----------
        name : str
        run : callable
            ``run(k)``.
        aim : float, optional
            What xpnet's time over this contender's should be at most.
        note : str
            Stands in its row.
        share : float
            How much of the work the run does: its times are extrapolated to all of it.
        """
        self._runs[name] = run
        self._shares[name] = share
        self._told[name] = {"aim": aim, "note": note}

    def leave_out(self, name: str, why: str) -> None:
        """A contender that cannot run here keeps its row, with the reason in it."""
        self._told[name] = {"note": why}

    def enter_cuda(self, make: Callable[[], Run]) -> None:
        """What xpnet does on a CUDA device; `make` is called with CuPy as the current backend."""
        self._make = make

    @property
    def contenders(self) -> int:
        """How many take turns: a progress bar's ticks in each."""
        return len(self._runs) + (self._make is not None and cuda().kind == "gpu")

    def rows(
        self,
        turns: int,
        timed: bool = True,
        warm: bool = True,
        tick: Callable[[], object] = lambda: None,
    ) -> list[Row]:
        """Let them take their turns.

        Without `timed` each does the work once, to see that it can. On an emulated device the
        work is counted, never timed; where there is no device, the row says so.
        """
        row = partial(Row, self.table, self.work)
        device = cuda()
        runs: dict[str, Callable[[], object]] = {
            name: partial(run, self.units) for name, run in self._runs.items()
        }
        told = {name: dict(cells) for name, cells in self._told.items()}
        if self._make:
            told[self.on_cuda] = {"note": NO_DEVICE}
        if self._make and device.kind != "none":
            with use_backend("cupy") as backend:
                run = self._make()
            if device.kind == "emulated":
                told[self.on_cuda] = {"note": _counted(run, self.units if timed else 2)}
            elif timed:
                runs[self.on_cuda] = partial(_until_idle, backend, partial(run, self.units))
                told[self.on_cuda] = {"note": _first(runs[self.on_cuda], backend)}
            else:
                run(1)
                told[self.on_cuda] = {}
        if not timed:
            for run in self._runs.values():
                run(1)
            return [row(name, note=cells.get("note") or RAN) for name, cells in told.items()]
        seconds = interleave(runs, turns, warm, tick)
        for name, turn in seconds.items():
            whole = self.units * self._shares.get(name, 1)
            seconds[name] = [second / whole for second in turn]
            told[name]["seconds"] = spread(seconds[name])
            if self.ours in seconds and name != self.ours:
                told[name]["ratio"] = ratio(seconds[self.ours], seconds[name])
        if self.on_cuda in runs:
            by_events = _by_events(runs[self.on_cuda], load_backend("cupy"), turns)
            told[self.on_cuda]["device_seconds"] = spread([s / self.units for s in by_events])
        return [row(name, **cells) for name, cells in told.items()]


def _until_idle(backend: Backend, work: Callable[[], object]) -> None:
    """A GPU takes orders and returns before it has done them."""
    backend.synchronize()
    work()
    backend.synchronize()


def _by_events(run: Callable[[], object], backend: Backend, turns: int) -> list[float]:
    """Seconds of a run as the device counts them, between two events around it."""
    cuda = backend.xp.cuda
    seconds = []
    for _ in range(turns):
        begun, ended = cuda.Event(), cuda.Event()
        begun.record()
        run()
        ended.record()
        ended.synchronize()
        seconds.append(cuda.get_elapsed_time(begun, ended) / 1e3)  # it tells milliseconds
    return seconds


def _first(work: Callable[[], object], backend: Backend) -> str:
    """Compiles the kernels and fills the memory pool, which is not measured with the rest."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    pool = backend.pool()
    held = f", then the pool holds {pool.held / 1e6:,.0f} MB" if pool else ""
    return f"first run {seconds:.2f} s with compilation{held}"


def _counted(run: Run, units: int) -> str:
    """What the work asks of an emulated device, its kernels compiled and the pool full."""
    run(units)
    run(units)
    with DeviceCounts() as counts:
        run(units)
    return (
        f"emulated, not timed; {units} x: {counts.launches} launches, {counts.to_device} copies to "
        f"and {counts.to_host} from the device, {counts.synchronisations} waits, "
        f"{counts.allocations} allocations"
    )
