"""Rows of a comparison, and the document that keeps them with the machine they are of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from xpnet.bench.machine import machine
from xpnet.bench.timing import Spread
from xpnet.errors import DataError

__all__ = ["Results", "Row"]

FORMAT = "xpnet benchmark results, 1"


@dataclass(frozen=True)
class Row:
    """One contender at one piece of work.

    Attributes
    ----------
    table, work, contender : str
    seconds : Spread or None
        Wall time of the work, from an idle device to an idle device; None where it was not timed.
    ratio : Spread or None
        xpnet's seconds over this contender's, turn by turn.
    aim : float or None
        What that ratio should be at most.
    device_seconds : Spread or None
        Between two CUDA events around the work.
    rate : str
        What was achieved, with its share of the ceiling.
    note : str
        Why there is no time, or what has to be known about it.
    """

    table: str
    work: str
    contender: str
    seconds: Spread | None = None
    ratio: Spread | None = None
    aim: float | None = None
    device_seconds: Spread | None = None
    rate: str = ""
    note: str = ""


@dataclass
class Results:
    """Rows, and where and with what they were measured.

    Attributes
    ----------
    rows : list of Row
    machine : dict
        As `xpnet.bench.machine.machine` tells it.
    """

    rows: list[Row] = field(default_factory=list)
    machine: dict[str, Any] = field(default_factory=machine)

    def add(self, rows: Iterable[Row]) -> None:
        """More rows, behind those that are there."""
        self.rows.extend(rows)

    def document(self) -> dict[str, Any]:
        """All of it in JSON's types."""
        return {
            "format": FORMAT,
            "machine": self.machine,
            "rows": [asdict(row) for row in self.rows],
        }

    @classmethod
    def of(cls, document: Any, source: str) -> Results:
        """The results that a document holds.

        Raises
        ------
        DataError
            It is no such document; `source` says which.
        """
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise DataError(f"{source}: wanted a document of 'xpnet bench --json' ({FORMAT!r})")
        try:
            rows = [Row(**{key: _value(v) for key, v in row.items()}) for row in document["rows"]]
            return cls(rows, document["machine"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{source}: its rows are not those of {FORMAT!r}: {error}") from error


def _value(entry: Any) -> Any:
    return Spread(**entry) if isinstance(entry, dict) else entry
