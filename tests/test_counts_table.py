"""The page about counts shows the numbers that the tests assert."""

from __future__ import annotations

from pathlib import Path

from tests.counts_table import TABLES, markdown

PAGE = (Path(__file__).parents[1] / "docs" / "counts.md").read_text(encoding="utf-8")


def test_the_page_shows_exactly_the_numbers_that_are_asserted() -> None:
    assert PAGE.partition("## The counts\n\n")[2] == markdown(), (
        "put in docs/counts.md what `python tests/counts_table.py` prints"
    )


def test_no_call_is_in_a_table_twice() -> None:
    for rows in TABLES.values():
        calls = [row.call for row in rows]
        assert sorted(set(calls)) == sorted(calls)
