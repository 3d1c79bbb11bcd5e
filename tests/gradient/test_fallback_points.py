from dataclasses import replace

import numpy as np
import pytest

from xpnet.gradient.fallback_points import check_fallback_points
from xpnet.gradient.parameter_result import Entry, ParameterCheck
from xpnet.gradient.report import GradientReport

CHECK = ParameterCheck("W", 0.0, 0.0, 1e-9, 0.0, 1e-9, 1.0, Entry((0,), 1.0, 1.0), (), 0, 3, True)
PASSED = GradientReport((CHECK,), (), 1e-4, "float64")
UNRESOLVED = replace(CHECK, largest=1e-12, checked=0, unresolved=3)
UNINFORMATIVE = replace(
    PASSED, parameters=(UNRESOLVED,), problems=("W: nothing was checked; use another h",)
)
WRONG = replace(PASSED, parameters=(replace(CHECK, passed=False),))


def checks_giving(*reports):
    """A point, the points that were checked, and a check that gives these reports in turn."""
    point, seen = np.array([8.0, -4.0]), []

    def check():
        seen.append(point.copy())
        return reports[len(seen) - 1]

    return point, seen, check


ALL_ON_KINKS = replace(CHECK, passed=False, kinks=(CHECK.worst,) * 3, unchecked=3, checked=0)
VIOLATION = replace(PASSED, problems=("backward overwrites the gradient it was given",))


@pytest.mark.parametrize("report", [PASSED, VIOLATION, replace(PASSED, parameters=(ALL_ON_KINKS,))])
def test_a_report_that_another_point_would_not_change_is_returned(report):
    point, seen, check = checks_giving()
    assert check_fallback_points(report, [point], check) is report
    assert not seen


def test_where_rounding_hides_everything_the_check_is_made_nearer_to_zero_with_a_note():
    point, seen, check = checks_giving(UNINFORMATIVE, PASSED)
    found = check_fallback_points(UNINFORMATIVE, [point], check)
    assert found.passed
    assert "not checked: this is the check at 0.015625 times" in str(found)
    np.testing.assert_array_equal(seen, [[1, -0.5], [0.125, -0.0625]])
    np.testing.assert_array_equal(point, [8, -4])


def test_a_gradient_that_is_wrong_nearer_to_zero_is_wrong():
    point, _, check = checks_giving(WRONG)
    found = check_fallback_points(UNINFORMATIVE, [point], check)
    assert not found.passed
    assert not found.undecided
    assert "FAILED" in str(found)


def test_numbers_that_are_too_small_are_replaced_by_random_ones_last():
    point, seen, check = checks_giving(UNINFORMATIVE, UNINFORMATIVE, UNINFORMATIVE, PASSED)
    assert "at random numbers" in str(check_fallback_points(UNINFORMATIVE, [point], check))
    assert (abs(seen[-1]) < 1).all()
    assert len(set(seen[-1])) == 2


def test_a_report_that_no_point_decides_stays_undecided():
    point, seen, check = checks_giving(UNINFORMATIVE, UNINFORMATIVE, UNINFORMATIVE, UNINFORMATIVE)
    assert check_fallback_points(UNINFORMATIVE, [point], check) is UNINFORMATIVE
    assert len(seen) == 4


def test_a_gradient_that_passes_beside_the_point_is_not_wrong():
    point, seen, check = checks_giving(PASSED)
    found = check_fallback_points(WRONG, [point], check)
    assert found.passed
    assert "kinks that cancel, and was not checked" in str(found)
    assert (abs(seen[0] - [8, -4]) > 0).all()
    assert (abs(seen[0] - [8, -4]) <= 0.01).all()


@pytest.mark.parametrize(
    "beside", [WRONG, UNINFORMATIVE, replace(PASSED, parameters=(UNRESOLVED,))]
)
def test_a_gradient_that_fails_or_is_not_checked_beside_the_point_too_is_wrong(beside):
    point, _, check = checks_giving(beside)
    assert check_fallback_points(WRONG, [point], check) is WRONG


def test_the_point_is_restored_when_the_check_raises():
    point = np.array([8.0, -4.0])

    def check():
        raise RuntimeError("the layer takes no other numbers")

    with pytest.raises(RuntimeError, match="no other numbers"):
        check_fallback_points(UNINFORMATIVE, [point], check)
    np.testing.assert_array_equal(point, [8, -4])
