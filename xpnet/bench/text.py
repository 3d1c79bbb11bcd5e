"""Results as text for a terminal: cases below their work, times with their quartiles."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from itertools import groupby, zip_longest
from typing import Any

from xpnet.bench.results import Result
from xpnet.bench.units import duration_spread, number_spread

__all__ = ["LEGEND", "aligned", "cells_of", "headline", "text"]

LEGEND = (
    "Times are medians (quartiles) of one unit of the work. Relative speed: the time of the "
    "baseline, which has 1, over the time of the case, turn by turn; above 1 the case is faster."
)
COLUMNS: dict[str, Callable[[Result], str]] = {
    "time": lambda row: duration_spread(row.seconds) if row.seconds else "",
    "time on the device": lambda row: (
        duration_spread(row.device_seconds) if row.device_seconds else ""
    ),
    "relative speed": lambda row: number_spread(row.relative_speed) if row.relative_speed else "",
    "rate": lambda row: row.rate,
}
INDENT = GAP = 2
NARROWEST = 16
"""So many characters a name has at least, even if the line becomes too long."""


def headline(machine: dict[str, Any]) -> str:
    """The machine and its versions in one line.

    Parameters
    ----------
    machine : dict
        As `xpnet.machine.facts` gives it; a commit may be in it, and the GPU left out.
    """
    gpu, commit = machine.get("gpu", ""), machine.get("commit")
    parts = [
        f"{machine['cpu']}, cores: {machine['cores']}",
        *dict.fromkeys(machine["blas"]),
        gpu if not gpu or gpu.startswith("no CUDA device") else f"GPU: {gpu}",
        f"Python {machine['python']}",
        ", ".join(f"{name} {version}" for name, version in machine["packages"].items()),
        f"commit {commit}, {machine['date']}" if commit else machine["date"],
    ]
    return "; ".join(filter(None, parts))


def cells_of(rows: Iterable[Result]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The columns that some result fills, and the cells of each result: none without a time."""
    rows = list(rows)
    columns = [key for key, cell in COLUMNS.items() if any(cell(row) for row in rows)]
    compared = {row.work for row in rows if row.relative_speed}
    cells = []
    for row in rows:
        filled = {key: COLUMNS[key](row) for key in columns} if row.seconds else {}
        if filled and row.work in compared and not row.relative_speed:
            filled["relative speed"] = "1"
        cells.append(tuple(filled.values()))
    return columns, cells


def text(rows: Iterable[Result], width: int) -> list[str]:
    """Lines for a terminal: a table for each table of the results, and how to read them.

    In place of a time stands why there is none; below a time, what to know about it.

    Parameters
    ----------
    rows : iterable of Result
    width : int
        Characters in a line: names and notes are wrapped, cells never.
    """
    lines = []
    for name, group in groupby(rows, key=lambda row: row.table):
        results = list(group)
        columns, cells = cells_of(results)
        entries = [(name, tuple(columns), "")]
        for k, row in enumerate(results):
            if not k or row.work != results[k - 1].work:
                entries.append((row.work, (), ""))
            entries.append((" " * INDENT + row.case, cells[k], row.note))
        lines += [*aligned(entries, width), ""]
    return lines + textwrap.wrap(LEGEND, width)


def aligned(entries: list[tuple[str, tuple[str, ...], str]], width: int) -> list[str]:
    """Names, cells in columns, and notes below the cells or in their place.

    Parameters
    ----------
    entries : list of (name, cells, note)
        A name with neither stands over the others.
    width : int
    """
    filled = [cells for _, cells, _ in entries if cells]
    widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
    beside = max(len(name) for name, cells, note in entries if cells or note)
    names = min(beside, max(width - sum(widths) - GAP * len(widths), NARROWEST))
    lines = []
    for name, cells, note in entries:
        right = textwrap.wrap(note, max(width - names - GAP, NARROWEST))
        if cells:
            padded = (f"{cell:<{size}}" for cell, size in zip(cells, widths, strict=True))
            right.insert(0, (" " * GAP).join(padded))
        left = textwrap.wrap(name, names if right else width, subsequent_indent=" " * 2 * INDENT)
        for first, rest in zip_longest(left, right, fillvalue=""):
            lines.append(f"{first:<{names + GAP}}{rest}".rstrip())
    return lines
