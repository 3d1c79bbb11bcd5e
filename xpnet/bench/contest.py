"""Contest: one piece of work by several contenders, on the host and on a CUDA device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from xpnet.bench.cuda import cuda
from xpnet.bench.entrants import (
    NO_DEVICE,
    Entrant,
    Guard,
    Run,
    failure,
    from_idle_to_idle,
    on_backend,
    seconds_by_events,
)
from xpnet.bench.results import Row
from xpnet.bench.timing import interleave, ratio, spread

__all__ = ["CUDA", "NO_DEVICE", "OURS", "Contest", "Run", "repeated"]

OURS, CUDA = "xpnet on numpy", "xpnet on cupy"
RAN = "ran, not timed"


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
        self._entrants: dict[str, Entrant] = {}
        self._on_device: dict[str, Run] = {}

    def enter(
        self,
        name: str,
        run: Run,
        aim: float | None = None,
        note: str | Callable[[], str] = "",
        share: float = 1,
    ) -> None:
        """A contender on the host.

        Parameters
        ----------
        name : str
        run : callable
            ``run(k)``.
        aim : float, optional
            What xpnet's time over this contender's should be at most.
        note : str or callable
            Stands in its row; called when the work is done.
        share : float
            How much of the work the run does: its times are extrapolated to all of it.
        """
        self._runs[name], self._shares[name] = on_backend("numpy", run), share
        self._told[name] = {"aim": aim, "note": note}

    def leave_out(self, name: str, why: str) -> None:
        """A contender that cannot run here keeps its row, with the reason in it."""
        self._told[name] = {"note": why}

    def enter_cuda(self, make: Callable[[], Run], trial: Callable[[], Run] | None = None) -> None:
        """What xpnet does on a CUDA device.

        Parameters
        ----------
        make : callable
            Sets the run up; called with CuPy as the current backend.
        trial : callable, optional
            Sets up what an emulated device does instead, where the whole work would take hours.
        """
        self._told[self.on_cuda] = {}
        self._entrants[self.on_cuda] = Entrant(make, trial or make)

    def enter_cuda_peer(self, name: str, make: Callable[[], Run]) -> None:
        """What another library does on a GPU; where it fails, its row says how, and no other's.

        Parameters
        ----------
        name : str
        make : callable
            Sets the run up; called with NumPy as the current backend.
        """
        self._told[name] = {}
        self._entrants[name] = Entrant(make, None, backend="numpy")

    @property
    def contenders(self) -> list[str]:
        """Who takes turns here, in their order: a progress bar names them."""
        return [*self._runs, *(self._entrants if cuda().kind == "gpu" else [])]

    @property
    def alone(self) -> Callable[[], object]:
        """One unit of xpnet's own contender; nothing where it needs a GPU that is not there."""
        run = self._runs.get(self.ours) or self._on_device.get(self.ours)
        return partial(run, 1) if run else lambda: None

    def rows(
        self,
        turns: int,
        timed: bool = True,
        warm: bool = True,
        tick: Callable[[], object] = lambda: None,
    ) -> list[Row]:
        """Let them take their turns; `warm` and `tick` as for `interleave`.

        Without `timed` each does the work once, to see that it can. On an emulated device the
        work is counted, never timed; where there is no device, the row says so.
        """
        told = {name: dict(cells) for name, cells in self._told.items()}
        self._on_device = {}
        for name, entrant in self._entrants.items():
            run, note = entrant.prepared(cuda().kind, self.units if timed else 1)
            told[name] = {"note": note if timed or not run else RAN}
            if run:
                self._on_device[name] = run
        if timed:
            self._time(told, turns, warm, tick)
        else:
            for run in self._runs.values():
                run(1)
            for name in self._runs:
                told[name] = {"aim": told[name].get("aim"), "note": RAN}
        return [self._row(name, cells) for name, cells in told.items()]

    def _time(
        self,
        told: dict[str, dict[str, Any]],
        turns: int,
        warm: bool,
        tick: Callable[[], object],
    ) -> None:
        """Write times and ratios into the cells."""
        there = {name: from_idle_to_idle(run) for name, run in self._on_device.items()}
        works = {name: partial(run, self.units) for name, run in {**self._runs, **there}.items()}
        guards = {name: Guard() for name in there if name != self.on_cuda}
        guarded = {name: partial(guard.attempt, works[name]) for name, guard in guards.items()}
        seconds = interleave({**works, **guarded}, turns, warm, tick)
        for name in there:
            by_events = partial(self._by_events, told[name], name, turns)
            if name in guards:
                guards[name].attempt(by_events)
            else:
                by_events()
        for name, guard in guards.items():
            if guard.error:
                told[name] = {"note": failure(guard.error)}
                del seconds[name]
        for name, turn in seconds.items():
            whole = self.units * self._shares.get(name, 1)
            seconds[name] = [second / whole for second in turn]
            told[name]["seconds"] = spread(seconds[name])
            if name != self.ours:
                told[name]["ratio"] = ratio(seconds[self.ours], seconds[name])

    def _by_events(self, cells: dict[str, Any], name: str, turns: int) -> None:
        cells["device_seconds"] = seconds_by_events(self._on_device[name], self.units, turns)

    def _row(self, name: str, cells: dict[str, Any]) -> Row:
        note = cells.get("note", "")
        note = note() if callable(note) else note
        return Row(self.table, self.work, name, **{**cells, "note": note})
