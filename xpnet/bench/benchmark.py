"""Benchmark: one piece of work in several cases, which take turns in one process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from xpnet.bench.case import Case, CudaCase, Run, SkippedCase
from xpnet.bench.results import Result
from xpnet.bench.timing import interleave, ratio, spread

__all__ = ["CPU", "GPU", "NOT_TIMED", "Benchmark"]

CPU, GPU = "xpnet on numpy", "xpnet on cupy"
NOT_TIMED = "ran, not timed"


class Benchmark:
    """One piece of work in several cases.

    Parameters
    ----------
    table, work : str
        Under which table its results stand, and what the work is.
    units : int
        How often one turn does the work; times are of one unit.
    baseline : str
        The case that relative speeds refer to.

    Examples
    --------
    >>> from xpnet.bench import Benchmark, repeated
    >>> benchmark = Benchmark("sums", "of 1,000 numbers", units=10, baseline="all")
    >>> benchmark.add("all", repeated(lambda: sum(range(1000))))
    >>> benchmark.add("half of them", repeated(lambda: sum(range(500))))
    >>> [result.case for result in benchmark.results(turns=3) if result.relative_speed]
    ['half of them']
    """

    def __init__(self, table: str, work: str, *, units: int = 1, baseline: str = CPU) -> None:
        self.table, self.work, self.units, self.baseline = table, work, units, baseline
        self.cases: list[Case] = []
        self._ready: list[Case] = []

    def add(
        self, name: str, run: Run, *, fraction: float = 1, note: str | Callable[[], str] = ""
    ) -> None:
        """Add a case on the host; the parameters are those of `Case`."""
        self.cases.append(Case(name, run, fraction=fraction, note=note))

    def add_cuda(self, name: str, make: Callable[[], Run]) -> None:
        """Add a case on a CUDA device; the parameters are those of `CudaCase`."""
        self.cases.append(CudaCase(name, make))

    def skip(self, name: str, reason: str) -> None:
        """Add a case that cannot run here: its result holds the reason."""
        self.cases.append(SkippedCase(name, reason))

    def run_baseline(self) -> None:
        """Do one unit of the baseline's work, if `results` could run it."""
        for case in self._ready:
            if case.name == self.baseline:
                case.run(1)

    def results(self, turns: int, *, timed: bool = True, warm: bool = True) -> list[Result]:
        """Run all cases.

        Parameters
        ----------
        turns : int
        timed : bool
            Otherwise each case does one unit of the work, to show that it can.
        warm : bool
            As for `interleave`.

        Returns
        -------
        list of Result
            One for each case, in the order in which they were added.
        """
        units = self.units if timed else 1
        reasons = {case.name: case.prepare(units, timed=timed) for case in self.cases}
        self._ready = [case for case in self.cases if not reasons[case.name]]
        if timed:
            return self._timed(reasons, turns, warm)
        for case in self._ready:
            case.run(1)
            reasons[case.name] = NOT_TIMED
        return [self._result(case, note=reasons[case.name]) for case in self.cases]

    def _timed(self, reasons: dict[str, str], turns: int, warm: bool) -> list[Result]:
        works = {case.name: partial(case.run, self.units) for case in self._ready}
        seconds = interleave(works, turns, warm=warm)
        device = {case.name: case.device_seconds(self.units, turns) for case in self._ready}
        for case in self._ready:
            if case.failure:
                reasons[case.name] = case.failure
                del seconds[case.name], device[case.name]
            else:
                whole = self.units * case.fraction
                seconds[case.name] = [second / whole for second in seconds[case.name]]
        baseline = seconds.get(self.baseline)
        results = []
        for case in self.cases:
            if reasons[case.name]:
                results.append(self._result(case, note=reasons[case.name]))
                continue
            own, by_device = seconds[case.name], device[case.name]
            other = baseline if case.name != self.baseline else None
            result = self._result(
                case,
                seconds=spread(own),
                relative_speed=ratio(other, own) if other else None,
                device_seconds=spread([s / self.units for s in by_device]) if by_device else None,
                note=case.note() if callable(case.note) else case.note,
            )
            results.append(result)
        return results

    def _result(self, case: Case, **measured: Any) -> Result:
        return Result(self.table, self.work, case.name, **measured)
