"""Results arranged as tables: a line for each case, or a grid of sizes."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from xpnet.bench import Result, Spread
from xpnet.bench.text import LEGEND, aligned, cells_of
from xpnet.bench.units import digits, duration
from xpnet.errors import DataError

__all__ = ["Line", "Table", "tables", "text_tables"]

GRID = "crossover"
SIZES = re.compile(r"\d+-(\d+)-\d+, batch ([\d,]+)")
GRID_LEGEND = "In a grid, ± is half the distance between the quartiles, in per cent of the median."


@dataclass(frozen=True)
class Line:
    """One line of a table.

    Attributes
    ----------
    work, case : str
    cells : tuple of str
        One for each column; none where nothing was timed.
    note : str
    """

    work: str
    case: str
    cells: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes
    ----------
    name : str
    columns : tuple of str
    lines : list of Line
        Those of one work stand together.
    legend : str
        How its numbers are to be read.
    """

    name: str
    columns: tuple[str, ...]
    lines: list[Line]
    legend: str = LEGEND


def tables(rows: Iterable[Result]) -> list[Table]:
    """The tables, in the order of their first results.

    Raises
    ------
    DataError
        A result of the grid does not name its sizes.
    """
    by_table: dict[str, list[Result]] = {}
    for row in rows:
        by_table.setdefault(row.table, []).append(row)
    return [(_grid if name == GRID else _list)(name, found) for name, found in by_table.items()]


def text_tables(rows: Iterable[Result], width: int) -> list[str]:
    """Lines for a terminal, as `xpnet.bench.text.text` makes them, grids among them."""
    made = tables(rows)
    lines = []
    for table in made:
        entries = [(table.name, table.columns, "")]
        for work, group in groupby(table.lines, key=lambda line: line.work):
            entries.append((work, (), ""))
            entries += [(f"  {line.case}", line.cells, line.note) for line in group]
        lines += [*aligned(entries, width), ""]
    legends = dict.fromkeys(table.legend for table in made)
    return lines + textwrap.wrap(" ".join(legends), width)


def _list(name: str, rows: list[Result]) -> Table:
    columns, cells = cells_of(rows)
    lines = [Line(row.work, row.case, of, row.note) for row, of in zip(rows, cells, strict=True)]
    return Table(name, tuple(columns), lines)


def _grid(name: str, rows: list[Result]) -> Table:
    """Hidden sizes down, batches across; the relative speed of a GPU is a line of its own."""
    cells: dict[tuple[int, str], dict[int, str]] = {}
    notes: dict[tuple[int, str], dict[int, str]] = {}
    for row in rows:
        hidden, batch = _sizes(row)
        line = cells.setdefault((hidden, row.case), {})
        if row.seconds:
            line[batch] = f"{duration(row.seconds.median)} {_within(row.seconds)}"
        else:
            notes.setdefault((hidden, row.case), {})[batch] = row.note
        if row.relative_speed:
            speed = f"{digits(row.relative_speed.median)} {_within(row.relative_speed)}"
            cells.setdefault((hidden, f"relative speed of {row.case}"), {})[batch] = speed
    batches = sorted({batch for line in cells.values() for batch in line})
    lines = [
        Line(
            f"hidden size {hidden:,}",
            case,
            tuple(line.get(batch, "") for batch in batches) if line else (),
            _joined(notes.get((hidden, case), {}), alone=not line),
        )
        # by size alone: cases stay in the order of their results
        for (hidden, case), line in sorted(cells.items(), key=lambda item: item[0][0])
    ]
    return Table(name, tuple(f"batch {batch:,}" for batch in batches), lines, GRID_LEGEND)


def _joined(notes: dict[int, str], alone: bool) -> str:
    """The notes of a line, once if all are the same and there is nothing else in it."""
    if alone and len(set(notes.values())) == 1:
        return next(iter(notes.values()))
    return "; ".join(f"batch {batch:,}: {note}" for batch, note in sorted(notes.items()))


def _sizes(row: Result) -> tuple[int, int]:
    """Hidden size and batch."""
    found = SIZES.fullmatch(row.work)
    if not found:
        raise DataError(
            f"{row.table}: expected a work with its sizes, as '784-50-10, batch 100', got "
            f"{row.work!r}"
        )
    hidden, batch = (int(number.replace(",", "")) for number in found.groups())
    return hidden, batch


def _within(of: Spread) -> str:
    return f"± {50 * (of.high - of.low) / of.median:.0f} %"
