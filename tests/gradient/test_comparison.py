from dataclasses import replace

import numpy as np
import pytest

from xpnet.gradient.comparison import compare, uninformative
from xpnet.gradient.derivatives import Derivatives


def derivatives(central, near_kink=None, uncertainty=0.0, estimate=None):
    central = np.asarray(central, dtype=float)
    near_kink = np.zeros(len(central), dtype=bool) if near_kink is None else np.array(near_kink)
    estimate = central if estimate is None else np.array(estimate, dtype=float)
    truncation = np.full(len(central), 1e-6)
    return Derivatives(
        central, truncation, 1e-6, near_kink, estimate, np.where(near_kink, uncertainty, 0.0)
    )


def test_a_difference_within_truncation_and_rounding_passes():
    check = compare("W", np.array([[1.0, 2.0 + 1.9e-6]]), derivatives([1.0, 2.0]))
    assert check.passed
    assert check.budget == pytest.approx(2e-6)
    assert check.max_abs_difference == pytest.approx(1.9e-6)
    assert check.mean_abs_difference == pytest.approx(0.95e-6)


def test_a_difference_beyond_them_fails_and_the_worst_entry_is_named():
    check = compare("W", np.array([[1.0, 2.0], [3.0, 4.1]]), derivatives([1.0, 2.0, 3.0, 4.0]))
    assert not check.passed
    assert check.worst.index == (1, 1)
    assert (check.worst.backprop, check.worst.numerical) == (4.1, 4.0)


def test_entries_near_a_kink_are_named_and_may_differ_by_their_uncertainty():
    given = derivatives([1.0, 0.5], near_kink=[False, True], uncertainty=0.5)
    check = compare("b", np.array([1.0, 1.0]), given)
    assert check.passed
    assert [kink.index for kink in check.kinks] == [(1,)]
    assert check.max_abs_difference == 0
    assert not compare("b", np.array([1.0, 1.01]), given).passed


def test_entries_without_a_derivative_are_counted_and_alone_they_do_not_pass():
    given = derivatives([1.0, 0.5], near_kink=[False, True], uncertainty=np.inf)
    check = compare("b", np.array([1.0, 7.0]), given)
    assert check.passed
    assert check.unchecked == 1
    assert not compare(
        "b", np.array([7.0]), derivatives([0.5], near_kink=[True], uncertainty=np.inf)
    ).passed


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_gradient_that_is_not_finite_fails(bad):
    check = compare("W", np.array([1.0, bad]), derivatives([1.0, 2.0]))
    assert not check.passed
    assert check.worst.index == (1,)


def test_a_numerical_gradient_that_is_nan_fails():
    assert not compare("W", np.array([1.0]), derivatives([float("nan")])).passed


def test_each_entry_has_its_own_budget():
    given = derivatives([1.0, 1.0])
    given = replace(given, rounding=np.array([1e-3, 1e-6]))
    assert compare("W", np.array([1.0009, 1.0]), given).passed
    assert not compare("W", np.array([1.0, 1.0009]), given).passed


def test_entries_below_four_budgets_are_not_checked_and_do_not_fail():
    given = replace(derivatives([1.0, 1e-6]), rounding=np.array([1e-6, 0.3]))
    check = compare("W", np.array([1.0, -1e-6]), given)
    assert check.passed
    assert (check.checked, check.unresolved) == (1, 1)


def test_a_parameter_whose_largest_gradient_is_hidden_by_rounding_is_not_checked():
    given = replace(derivatives([1e-6, 0.0]), rounding=np.array([1e-6, 0.0]))
    check = compare("W", np.array([-1e-6, 0.0]), given)
    assert check.passed
    assert (check.checked, check.unresolved) == (0, 2)
    assert "W: the error budget is above every gradient" in uninformative([check])[0]
    assert not uninformative([replace(check, budget=1e-9)])


def test_gradients_of_zero_that_agree_are_checked():
    check = compare("W", np.zeros(2), derivatives([0.0, 0.0]))
    assert (check.passed, check.checked, check.unresolved) == (True, 2, 0)
    assert not uninformative([check])


def test_a_gradient_that_is_not_finite_fails_on_a_kink_too():
    given = derivatives([1.0, 0.5], near_kink=[False, True], uncertainty=np.inf)
    assert not compare("b", np.array([1.0, np.nan]), given).passed
