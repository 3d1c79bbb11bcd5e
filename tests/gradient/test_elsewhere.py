from dataclasses import replace

import numpy as np
import pytest

from xpnet.gradient.elsewhere import decided
from xpnet.gradient.report import Entry, GradientReport, ParameterCheck

CHECK = ParameterCheck("W", 0.0, 0.0, 1e-9, 0.0, 1e-9, 1.0, Entry((0,), 1.0, 1.0), (), 0, 3, True)
PASSED = GradientReport((CHECK,), (), 1e-4, "float64")
HIDDEN = replace(CHECK, largest=1e-12, checked=0, unresolved=3)
BLUNT = replace(PASSED, parameters=(HIDDEN,), problems=("W: nothing was checked; take another h",))
WRONG = replace(PASSED, parameters=(replace(CHECK, passed=False),))


def answers(*reports):
    """The reports one after the other, and where each was asked for."""
    point, seen = np.array([8.0, -4.0]), []

    def again():
        seen.append(point.copy())
        return reports[len(seen) - 1]

    return point, seen, again


ALL_ON_KINKS = replace(CHECK, passed=False, kinks=(CHECK.worst,) * 3, unchecked=3, checked=0)
BESIDE_GRADIENTS = replace(PASSED, problems=("backward overwrites the gradient it was given",))


@pytest.mark.parametrize(
    "report", [PASSED, BESIDE_GRADIENTS, replace(PASSED, parameters=(ALL_ON_KINKS,))]
)
def test_what_no_other_point_would_change_stands(report):
    point, seen, again = answers()
    assert decided(report, [point], again) is report
    assert not seen


def test_where_rounding_hides_all_the_check_goes_nearer_to_zero_and_says_so():
    point, seen, again = answers(BLUNT, PASSED)
    found = decided(BLUNT, [point], again)
    assert found.passed
    assert "not checked: this is the check at 0.015625 times" in str(found)
    np.testing.assert_array_equal(seen, [[1, -0.5], [0.125, -0.0625]])
    np.testing.assert_array_equal(point, [8, -4])


def test_what_is_wrong_nearer_to_zero_is_wrong():
    point, _, again = answers(WRONG)
    found = decided(BLUNT, [point], again)
    assert not found.passed
    assert not found.undecided
    assert "FAILED" in str(found)


def test_numbers_that_are_too_small_are_replaced_by_random_ones_at_last():
    point, seen, again = answers(BLUNT, BLUNT, BLUNT, PASSED)
    assert "at random numbers" in str(decided(BLUNT, [point], again))
    assert (abs(seen[-1]) < 1).all()
    assert len(set(seen[-1])) == 2


def test_what_no_point_decides_stays_undecided():
    point, seen, again = answers(BLUNT, BLUNT, BLUNT, BLUNT)
    assert decided(BLUNT, [point], again) is BLUNT
    assert len(seen) == 4


def test_what_passes_beside_the_point_is_not_wrong():
    point, seen, again = answers(PASSED)
    found = decided(WRONG, [point], again)
    assert found.passed
    assert "kinks that hide one another, and was not checked" in str(found)
    assert (abs(seen[0] - [8, -4]) > 0).all()
    assert (abs(seen[0] - [8, -4]) <= 0.01).all()


@pytest.mark.parametrize("beside", [WRONG, BLUNT, replace(PASSED, parameters=(HIDDEN,))])
def test_what_fails_or_is_hidden_beside_the_point_too_is_wrong(beside):
    point, _, again = answers(beside)
    assert decided(WRONG, [point], again) is WRONG


def test_the_point_is_put_back_when_the_check_raises():
    point = np.array([8.0, -4.0])

    def again():
        raise RuntimeError("the layer takes no other numbers")

    with pytest.raises(RuntimeError, match="no other numbers"):
        decided(BLUNT, [point], again)
    np.testing.assert_array_equal(point, [8, -4])
