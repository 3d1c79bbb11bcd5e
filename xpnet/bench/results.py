"""Results of benchmarks, and the document that keeps them with the machine they are of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from xpnet.bench.timing import Spread
from xpnet.machine import facts

__all__ = ["FORMAT", "Result", "Results"]

FORMAT = "xpnet benchmark results, 2"


@dataclass(frozen=True)
class Result:
    """One case of one benchmark.

    Attributes
    ----------
    table, work, case : str
    seconds : Spread or None
        Wall time of one unit of the work, from an idle device to an idle device; None where it
        was not timed.
    relative_speed : Spread or None
        The baseline's seconds over this case's, turn by turn; None for the baseline.
    device_seconds : Spread or None
        Between two CUDA events around the work.
    rate : str
        Arithmetic or traffic in a second, with its share of the machine's peak.
    note : str
        Why there is no time, or what to know about it.
    """

    table: str
    work: str
    case: str
    seconds: Spread | None = None
    relative_speed: Spread | None = None
    device_seconds: Spread | None = None
    rate: str = ""
    note: str = ""


@dataclass
class Results:
    """Results, and where and with what they were measured.

    Attributes
    ----------
    rows : list of Result
    machine : dict
        As `xpnet.machine.facts` gives it.
    """

    rows: list[Result] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=facts)

    def document(self) -> dict[str, Any]:
        """All of it in JSON's types."""
        rows = [asdict(row) for row in self.rows]
        return {"format": FORMAT, "machine": self.machine, "rows": rows}
