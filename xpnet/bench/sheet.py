"""Rows of results arranged as tables: columns that somebody fills, cells in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from xpnet.bench.results import Results, Row
from xpnet.bench.timing import Spread
from xpnet.bench.units import digits, duration, duration_spread, number_spread
from xpnet.errors import DataError

__all__ = ["Line", "Sheet", "sheets"]

CROSSOVER = "crossover"
SIZES = re.compile(r"\d+-(\d+)-\d+, batch ([\d,]+)")
LEGEND = (
    "Times are medians (quartiles) of one unit of the work. xpnet / it: the time of the row that "
    "has 1 there over the time of this row, turn by turn; below 1 the row with 1 is faster."
)
GRID_LEGEND = "In a grid, ± is half the distance between the quartiles, in per cent of the median."
CELLS: dict[str, Callable[[Row], str]] = {
    "time": lambda row: duration_spread(row.seconds) if row.seconds else "",
    "time on the device": lambda row: (
        duration_spread(row.device_seconds) if row.device_seconds else ""
    ),
    "xpnet / it": lambda row: number_spread(row.ratio) if row.ratio else "",
    "aim": lambda row: _aim(row),
    "rate": lambda row: row.rate,
}


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes
    ----------
    work, contender : str
    cells : tuple of str
        One for each column; none where nothing was timed.
    note : str
    """

    work: str
    contender: str
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Sheet:
    """One table.

    Attributes
    ----------
    name : str
    columns : tuple of str
        What its cells are of.
    lines : list of Line
        Those of one work stand together.
    legend : str
        How its numbers are to be read.
    """

    name: str
    columns: tuple[str, ...]
    lines: list[Line]
    legend: str


def sheets(results: Results) -> list[Sheet]:
    """The tables, in the order of their first rows.

    Raises
    ------
    DataError
        A row of the crossover does not tell its sizes.
    """
    names = dict.fromkeys(row.table for row in results.rows)
    return [
        (_grid if name == CROSSOVER else _list)(name, [r for r in results.rows if r.table == name])
        for name in names
    ]


def _list(name: str, rows: list[Row]) -> Sheet:
    """A line for each row; columns that no timed row fills are left out."""
    timed = [row for row in rows if row.seconds]
    columns = tuple(key for key, cell in CELLS.items() if any(map(cell, timed)))
    compared = {row.work for row in timed if row.ratio}
    lines = []
    for work, group in groupby(rows, key=lambda row: row.work):
        for row in group:
            cells = {key: CELLS[key](row) for key in columns} if row.seconds else {}
            if cells and work in compared and not row.ratio:
                cells["xpnet / it"] = "1"
            lines.append(Line(work, row.contender, tuple(cells.values()), row.note))
    return Sheet(name, columns, lines, LEGEND)


def _grid(name: str, rows: list[Row]) -> Sheet:
    """Hidden sizes down, batches across; the ratio of a GPU's row is a line of its own."""
    cells: dict[tuple[int, str], dict[int, str]] = {}
    notes: dict[tuple[int, str], dict[int, str]] = {}
    for row in rows:
        hidden, batch = _sizes(row)
        if row.seconds:
            told = f"{duration(row.seconds.median)} {_within(row.seconds)}"
            cells.setdefault((hidden, row.contender), {})[batch] = told
        else:
            cells.setdefault((hidden, row.contender), {})
            notes.setdefault((hidden, row.contender), {})[batch] = row.note
        if row.ratio:
            told = f"{digits(row.ratio.median)} {_within(row.ratio)}"
            cells.setdefault((hidden, f"numpy / {row.contender}"), {})[batch] = told
    batches = sorted({batch for line in cells.values() for batch in line})
    lines = [
        Line(
            f"hidden size {hidden:,}",
            told,
            tuple(line.get(batch, "") for batch in batches) if line else (),
            _joined(notes.get((hidden, told), {}), alone=not line),
        )
        # by size alone: contenders stay in the order of their rows
        for (hidden, told), line in sorted(cells.items(), key=lambda item: item[0][0])
    ]
    return Sheet(name, tuple(f"batch {batch:,}" for batch in batches), lines, GRID_LEGEND)


def _joined(notes: dict[int, str], alone: bool) -> str:
    """The notes of a line, once if all are the same and there is nothing else in it."""
    if alone and len(set(notes.values())) == 1:
        return next(iter(notes.values()))
    return "; ".join(f"batch {batch:,}: {note}" for batch, note in sorted(notes.items()))


def _sizes(row: Row) -> tuple[int, int]:
    """Hidden size and batch."""
    found = SIZES.fullmatch(row.work)
    if not found:
        raise DataError(f"crossover: work {row.work!r}; wanted sizes, as '784-50-10, batch 100'")
    hidden, batch = (int(number.replace(",", "")) for number in found.groups())
    return hidden, batch


def _within(of: Spread) -> str:
    return f"± {50 * (of.high - of.low) / of.median:.0f} %"


def _aim(row: Row) -> str:
    if row.aim is None or row.ratio is None:
        return ""
    verdict = "met" if row.ratio.median <= row.aim else "missed"
    return f"at most {row.aim:.3g}: {verdict}"
