"""Contest: one piece of work by several contenders, on the host and on a CUDA device."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from xpnet.backends import load_backend, use_backend
from xpnet.bench import on_device
from xpnet.bench.cuda import cuda
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


def _on(backend: str, run: Run) -> Run:
    """The run with this backend as the current one: what it makes is made there."""

    def there(k: int) -> object:
        with use_backend(backend):
            return run(k)

    return there


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
        self._makers: tuple[Callable[[], Run], Callable[[], Run]] | None = None

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
        self._runs[name], self._shares[name] = _on("numpy", run), share
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
        self._makers = make, trial or make

    @property
    def contenders(self) -> list[str]:
        """Who takes turns here, in their order: a progress bar names them."""
        on_gpu = self._makers and cuda().kind == "gpu"
        return [*self._runs, *([self.on_cuda] if on_gpu else [])]

    @property
    def alone(self) -> Callable[[], object]:
        """One unit of xpnet's own contender."""
        return partial(self._runs[self.ours], 1)

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
        runs = dict(self._runs)
        if self._makers:
            told[self.on_cuda] = self._prepare_cuda(runs, timed)
        if timed:
            self._time(runs, told, turns, warm, tick)
        else:
            for run in runs.values():
                run(1)
            for name in runs:
                told[name] = {"aim": told[name].get("aim"), "note": RAN}
        return [self._row(name, cells) for name, cells in told.items()]

    def _prepare_cuda(self, runs: dict[str, Run], timed: bool) -> dict[str, Any]:
        """The cells of the device's row; on a GPU its contender joins the others."""
        kind = cuda().kind
        if kind == "none" or self._makers is None:
            return {"note": NO_DEVICE}
        make, trial = self._makers
        with use_backend("cupy") as backend:
            run = _on("cupy", trial() if kind == "emulated" else make())
        if kind == "emulated":
            return {"note": on_device.counts(run, self.units if timed else 1)}
        self._on_device = run
        runs[self.on_cuda] = lambda k: on_device.until_idle(backend, partial(run, k))()
        if not timed:
            return {}
        return {"note": on_device.first_run(backend, partial(runs[self.on_cuda], self.units))}

    def _time(
        self,
        runs: dict[str, Run],
        told: dict[str, dict[str, Any]],
        turns: int,
        warm: bool,
        tick: Callable[[], object],
    ) -> None:
        """Write times and ratios into the cells."""
        works = {name: partial(run, self.units) for name, run in runs.items()}
        seconds = interleave(works, turns, warm, tick)
        for name, turn in seconds.items():
            whole = self.units * self._shares.get(name, 1)
            seconds[name] = [second / whole for second in turn]
            told[name]["seconds"] = spread(seconds[name])
            if name != self.ours:
                told[name]["ratio"] = ratio(seconds[self.ours], seconds[name])
        if self.on_cuda in works:
            backend, work = load_backend("cupy"), partial(self._on_device, self.units)
            by_events = on_device.seconds_by_events(backend, work, turns)
            told[self.on_cuda]["device_seconds"] = spread([s / self.units for s in by_events])

    def _row(self, name: str, cells: dict[str, Any]) -> Row:
        note = cells.get("note", "")
        note = note() if callable(note) else note
        return Row(self.table, self.work, name, **{**cells, "note": note})
