"""Tables in Markdown, for a page: they hold what was timed, and nothing else."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from publishing.tables import Table, tables
from xpnet.bench import Results
from xpnet.bench.text import headline

__all__ = ["markdown_tables", "published", "published_headline"]


def published(results: Results) -> Results:
    """The results that have a time: what did not run has none to publish."""
    return Results([row for row in results.rows if row.seconds], results.machine)


def published_headline(machine: dict[str, Any]) -> str:
    """The machine and its versions in one line; of a GPU only where there is one."""
    shown = {key: fact for key, fact in machine.items() if key != "gpu"}
    if not machine["gpu"].startswith("no CUDA device"):
        shown["gpu"] = machine["gpu"]
    return headline(shown)


def markdown_tables(results: Results) -> list[str]:
    """Lines of Markdown, the name of a work on the first of its lines."""
    made = tables(published(results).rows)
    lines = []
    for table in made:
        notes = ["note"] if any(line.note for line in table.lines) else []
        head = [table.name, "case", *table.columns, *notes]
        lines += [_piped(head), _piped(["---"] * len(head)), *_body(table, bool(notes)), ""]
    return [*lines, " ".join(dict.fromkeys(table.legend for table in made))]


def _body(table: Table, notes: bool) -> list[str]:
    lines = []
    for work, group in groupby(table.lines, key=lambda line: line.work):
        for number, line in enumerate(group):
            note = [line.note] if notes else []
            lines.append(_piped(["" if number else work, line.case, *line.cells, *note]))
    return lines


def _piped(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
