"""The cells of an acceptance report; whole pages are tested with the report that they show."""

import pytest
from acceptance_markdown import cases, duration, number, smoked, spread, table, tally, verdict


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.000123, "123 µs"), (0.02, "20 ms"), (1.5, "1.5 s"), (2e-8, "0.02 µs")]
)
def test_a_time_has_three_digits_and_the_unit_that_fits(seconds, words):
    assert duration(seconds) == words


def test_a_spread_is_its_median_with_the_quartiles_and_nothing_of_nothing():
    assert spread({"median": 0.2, "low": 0.1, "high": 0.3}) == "200 ms (100 ms to 300 ms)"
    assert spread(None) == ""


def test_a_table_is_markdown_with_an_empty_line_behind():
    assert table(["a", "b"], [[1, 2]]) == ["| a | b |", "| --- | --- |", "| 1 | 2 |", ""]


@pytest.mark.parametrize("say", [tally, smoked, cases, verdict])
def test_a_stage_that_left_nothing_has_no_result(say):
    assert say(None) == "no result"


def test_errors_and_failures_are_counted_together():
    found = {"tests": 1_200, "failures": 1, "errors": 2, "skipped": 3}
    assert tally(found) == "1,194 passed, 3 failed, 3 skipped"


def test_cases_with_a_time_are_counted():
    assert cases([{"seconds": None}, {"seconds": {"median": 1}}]) == "2 rows, 1 timed"


@pytest.mark.parametrize(("value", "words"), [(None, "-"), (0.0, "0"), (3.14e-7, "3.1e-07")])
def test_a_difference_has_two_digits(value, words):
    assert number(value) == words
