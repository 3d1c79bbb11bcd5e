"""Results as tables: text for a terminal, Markdown for a page."""

from __future__ import annotations

import textwrap
from itertools import groupby, zip_longest

from xpnet.bench.results import Results
from xpnet.bench.sheet import Sheet, sheets

__all__ = ["headline", "markdown_tables", "text_tables"]

INDENT, GAP = 2, 2
NARROWEST = 20
"""So many characters a name may take at least, even if the line becomes too long."""


def headline(results: Results) -> str:
    """The machine and what ran on it, in one line."""
    machine = {"cpu": "CPU unknown", "cores": "unknown", "gpu": "unknown", **results.machine}
    without = str(machine["gpu"]).startswith("no CUDA device")
    packages = machine.get("packages", {})
    told = [
        f"{machine['cpu']}, cores: {machine['cores']}",
        *dict.fromkeys(machine.get("blas", [])),
        "no CUDA device" if without else f"GPU: {machine['gpu']}",
        f"Python {machine.get('python', 'unknown')}",
        ", ".join(f"{name} {version}" for name, version in packages.items()),
        f"commit {machine.get('commit', 'unknown')}, {machine.get('date', 'date unknown')}",
    ]
    return "; ".join(filter(None, told))


def text_tables(results: Results, width: int = 100) -> list[str]:
    """Lines of text, the works of a table above their contenders.

    In place of a time stands why there is none; below a time, what to know about it.

    Parameters
    ----------
    results : Results
    width : int
        Characters in a line: names and notes are wrapped, cells never.
    """
    made = sheets(results)
    lines = []
    for sheet in made:
        lines += [*_text(sheet, width), ""]
    return lines + textwrap.wrap(_legend(made), width)


def markdown_tables(results: Results) -> list[str]:
    """Lines of Markdown, the name of a work on the first of its lines."""
    made = sheets(results)
    lines = []
    for sheet in made:
        notes = any(line.note for line in sheet.lines)
        body = []
        for work, group in groupby(sheet.lines, key=lambda line: line.work):
            for number, line in enumerate(group):
                cells = line.cells or ("",) * len(sheet.columns)
                note = (line.note,) if notes else ()
                body.append(["" if number else work, line.contender, *cells, *note])
        head = [sheet.name, "contender", *sheet.columns, *(["note"] if notes else [])]
        lines += [_piped(cells) for cells in (head, ["---"] * len(head), *body)] + [""]
    return [*lines, _legend(made)]


def _legend(made: list[Sheet]) -> str:
    return " ".join(dict.fromkeys(sheet.legend for sheet in made))


def _piped(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _text(sheet: Sheet, width: int) -> list[str]:
    """The lines of one table."""
    entries = [(sheet.name, sheet.columns, "")]
    for work, group in groupby(sheet.lines, key=lambda line: line.work):
        entries.append((work, (), ""))
        entries += [(" " * INDENT + line.contender, line.cells, line.note) for line in group]
    filled = [cells for _, cells, _ in entries if cells]
    widths = [max(map(len, column)) for column in zip(*filled, strict=True)]
    beside = [len(name) for name, cells, note in entries if cells or note]
    left_over = width - sum(widths) - GAP * len(widths)
    names = min(max(beside, default=0), max(left_over, NARROWEST))
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
