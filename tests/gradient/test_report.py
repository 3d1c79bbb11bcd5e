from dataclasses import replace

import pytest

from xpnet.gradient.parameter_result import Entry, ParameterCheck
from xpnet.gradient.report import GradientReport


def check(name="W1", passed=True, kinks=(), unchecked=0):
    worst = Entry((3, 1), 0.25, 0.5)
    return ParameterCheck(
        name, 1e-10, 2e-10, 3e-10, 1e-10, 2e-10, 0.5, worst, tuple(kinks), unchecked, 8, passed
    )


def report(*checks, problems=(), notes=()):
    return GradientReport(tuple(checks), tuple(problems), 1e-4, "float64", tuple(notes))


def test_all_parameters_passing_is_a_pass():
    passed = report(check("W1"), check("b1"))
    assert passed.passed
    assert passed
    assert str(passed).endswith("gradient check passed (float64, h = 0.0001)")


def test_one_failing_parameter_fails_and_its_worst_entry_is_printed():
    failed = report(check("W1"), check("b1", passed=False))
    assert not failed
    assert "b1: worst entry [3, 1] backprop 0.25, numerical 0.5" in str(failed)
    assert "W1: worst" not in str(failed)
    assert "gradient check FAILED" in str(failed)


def test_a_problem_fails_and_is_printed():
    failed = report(check(), problems=["Relu1: backward overwrites the gradient it was given"])
    assert not failed.passed
    assert "Relu1: backward overwrites" in str(failed)


def test_a_parameter_is_found_by_name():
    assert report(check("W1"), check("b1"))["b1"].name == "b1"
    with pytest.raises(KeyError, match=r"name of a check \(W1\), got .W9"):
        report(check("W1"))["W9"]


def test_a_report_iterates_over_its_checks():
    checks = check("W1"), check("b1")
    both = report(*checks)
    assert list(both) == list(checks)
    assert len(both) == 2
    assert len(report()) == 0


def test_names_and_checks_are_in_a_report():
    given = check("W1")
    assert "W1" in report(given)
    assert given in report(given)
    assert "b1" not in report(given)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (report(check(), check("b1")), "passed, 2 checks"),
        (report(check(passed=False), check("b1")), "FAILED: W1, 2 checks"),
        (report(check(), problems=["x ignores y", "z"]), "FAILED, 1 check, problems: 2"),
        (report(check(), problems=["W1: nothing was checked"]), "UNDECIDED, 1 check, problems: 1"),
    ],
)
def test_the_repr_is_the_verdict_and_the_number_of_checks(given, shown):
    assert repr(given) == f"GradientReport({shown}, float64, h=0.0001)"


def test_the_repr_stays_short_however_many_kinks_there_are():
    kinks = [Entry((k, 7), 0.0, 0.5) for k in range(1000)]
    assert len(repr(report(*(check(f"W{k}", kinks=kinks) for k in range(9))))) < 80


def test_a_notebook_shows_the_table_and_the_lines_after_it():
    given = report(check("<W>", passed=False), problems=["x ignores <dout>"])
    html = given._repr_html_()
    assert html.startswith("<table>")
    assert "<td>&lt;W&gt;</td><td>1.00e-10</td>" in html
    assert "<p>x ignores &lt;dout&gt;</p>" in html
    assert html.endswith("<p>gradient check FAILED (float64, h = 0.0001)</p>")
    assert "<dout>" not in html


def test_columns_are_aligned():
    lines = str(report(check("W1"), check("long name"))).splitlines()
    assert lines[0].index("budget") == lines[1].index("3.00e-10") == lines[2].index("3.00e-10")


def test_a_report_without_checks_does_not_pass():
    assert not report().passed


def test_notes_are_printed_and_do_not_fail():
    noted = report(check(), notes=["at 0.125 times its numbers"])
    assert noted.passed
    assert "at 0.125 times its numbers\ngradient check passed" in str(noted)


def test_entries_that_rounding_hides_are_not_checked_and_do_not_fail():
    hidden = replace(check("b1"), checked=0, unresolved=8)
    both = report(check("W1"), hidden)
    assert both.passed
    assert "b1         1.00e-10     2.00e-10    3.00e-10  not checked" in str(both)
    assert "\nb1: no entry was checked" in str(both)
    some = report(replace(check("b1"), checked=5, unresolved=3))
    assert str(some).splitlines()[1].endswith("pass")


def test_kinks_are_printed():
    kinks = [Entry((0, 7), 0.0, 0.5)]
    assert "W1: 1 entry sits on a kink of the loss: W1[0, 7]\n" in str(report(check(kinks=kinks)))


@pytest.mark.parametrize(
    ("given", "uninformative"),
    [
        (report(check(), problems=["W1: nothing was checked; use another h"]), True),
        (report(replace(check(passed=False), unchecked=8, checked=0)), False),
    ],
)
def test_too_little_checked_is_undecided_not_wrong(given, uninformative):
    assert not given.passed
    assert given.undecided
    assert given.uninformative == uninformative
    assert "gradient check UNDECIDED (float64" in str(given)
    assert "FAIL" not in str(given)


@pytest.mark.parametrize(
    "given",
    [
        report(check(passed=False), problems=["W1: nothing was checked; use another h"]),
        report(check(), problems=["backward ignores dout", "W1: nothing was checked"]),
        report(replace(check(passed=False), checked=0, unresolved=8)),
    ],
)
def test_a_report_with_something_wrong_is_failed_not_undecided(given):
    assert not given.undecided
    assert not given.uninformative
    assert "gradient check FAILED" in str(given)
