from dataclasses import replace

import pytest

from xpnet.gradient.report import Entry, GradientReport, ParameterCheck


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


def test_kinks_are_listed_and_long_lists_are_cut():
    kinks = [Entry((k, 7), 0.0, 0.5) for k in range(5)]
    text = str(report(check(kinks=kinks)))
    assert (
        "W1: 5 entries sit on a kink of the loss: W1[0, 7], W1[1, 7], W1[2, 7] and 2 more" in text
    )
    assert "1 entry sits on a kink of the loss: W1[0, 7]\n" in str(report(check(kinks=kinks[:1])))


@pytest.mark.parametrize(
    ("unchecked", "told"),
    [(1, "1 has no derivative and was not"), (2, "2 have no derivative and were not")],
)
def test_kinks_without_a_derivative_are_counted(unchecked, told):
    kinks = [Entry((k,), 0.0, 0.5) for k in range(2)]
    assert f"; {told} checked" in str(report(check(kinks=kinks, unchecked=unchecked)))


def test_a_parameter_is_found_by_name():
    assert report(check("W1"), check("b1"))["b1"].name == "b1"
    with pytest.raises(KeyError, match="checked were W1"):
        report(check("W1"))["W9"]


def test_columns_are_aligned():
    lines = str(report(check("W1"), check("long name"))).splitlines()
    assert lines[0].index("budget") == lines[1].index("3.00e-10") == lines[2].index("3.00e-10")


def test_a_report_of_nothing_is_no_pass():
    assert not report().passed


def test_notes_are_printed_and_do_not_fail():
    noted = report(check(), notes=["at 0.125 times its numbers"])
    assert noted.passed
    assert "at 0.125 times its numbers\ngradient check passed" in str(noted)


def test_what_rounding_hides_is_not_checked_and_does_not_fail():
    hidden = replace(check("b1"), checked=0, unresolved=8)
    both = report(check("W1"), hidden)
    assert both.passed
    assert "b1         1.00e-10     2.00e-10    3.00e-10  not checked" in str(both)
    assert "b1: no entry was checked: the largest gradient, 0.5, is too near" in str(both)
    some = report(replace(check("b1"), checked=5, unresolved=3))
    assert "pass" in str(some).splitlines()[1]
    assert "b1: 3 of its entries were not checked" in str(some)


@pytest.mark.parametrize(
    ("given", "blunt"),
    [
        (report(check(), problems=["W1: nothing was checked; take another h"]), True),
        (report(replace(check(passed=False), unchecked=8, checked=0)), False),
    ],
)
def test_too_little_checked_is_undecided_not_wrong(given, blunt):
    assert not given.passed
    assert given.undecided
    assert given.blunt == blunt
    assert "gradient check UNDECIDED (float64" in str(given)
    assert "FAIL" not in str(given)


@pytest.mark.parametrize(
    "given",
    [
        report(check(passed=False), problems=["W1: nothing was checked; take another h"]),
        report(check(), problems=["backward ignores dout", "W1: nothing was checked"]),
        report(replace(check(passed=False), checked=0, unresolved=8)),
    ],
)
def test_what_is_wrong_beside_it_is_failed(given):
    assert not given.undecided
    assert not given.blunt
    assert "gradient check FAILED" in str(given)
