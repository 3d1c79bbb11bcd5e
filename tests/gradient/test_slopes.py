import math

import numpy as np
import pytest

from xpnet.gradient.slopes import measure

H = 1e-4
EPSILON = np.finfo(float).eps


def slopes_of(functions, h=H, deviation=EPSILON):
    """Slopes at 0 of several functions of one variable."""

    def moved(s, entries=None):
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) for f in chosen])

    value = functions[0](0.0)
    assert all(f(0.0) == value for f in functions)
    return measure(moved, value, deviation, h)


def test_truncation_bounds_the_error_of_a_cubic():
    for h in (1e-2, 1e-3):
        slopes = slopes_of([lambda s: 5 * s**3 + 2 * s], h=h)
        error = abs(slopes.central[0] - 2)
        assert error == pytest.approx(5 * h**2, rel=1e-6)
        assert error <= slopes.truncation[0] <= 3 * error


def test_smooth_curves_have_no_kinks_however_bent():
    slopes = slopes_of([math.sin, lambda s: 1000 * s * s, lambda s: math.sin(50 * s), math.tanh])
    assert not slopes.kinked.any()
    np.testing.assert_array_equal(slopes.nearest, slopes.central)
    assert not slopes.slack.any()


@pytest.mark.parametrize("beside", [-0.95, -2 / 3, -0.5, -1 / 3, -0.1, 0.0, 0.2, 1 / 3, 0.7, 0.99])
def test_a_kink_anywhere_within_the_step_is_found(beside):
    corner = beside * H

    def f(s):
        return max(s - corner, 0.0) - max(-corner, 0.0)

    assert slopes_of([f]).kinked.all()


def test_a_kink_far_beyond_the_step_is_no_kink():
    assert not slopes_of([lambda s: max(s - 3 * H, 0.0)]).kinked.any()


@pytest.mark.parametrize("beside", [-0.5, -0.1, 0.1, 0.5])
def test_beside_a_kink_the_nearest_slope_is_that_of_the_point_itself(beside):
    corner = beside * H
    slopes = slopes_of([lambda s: max(s - corner, 0.0) - max(-corner, 0.0)])
    truth = 0.0 if corner > 0 else 1.0
    assert abs(slopes.central[0] - truth) > 0.1
    assert abs(slopes.nearest[0] - truth) <= slopes.slack[0] < 1e-6


def test_two_kinks_that_cancel_in_the_difference_are_told_apart():
    def f(s):
        return 0.1 * max(s - 0.3 * H, 0.0) - 0.1 * max(-s - 0.4 * H, 0.0) + s

    slopes = slopes_of([f])
    assert slopes.kinked.all()
    assert abs(slopes.nearest[0] - 1) <= slopes.slack[0] < 1e-6


def test_on_the_kink_itself_no_slope_is_sure():
    slopes = slopes_of([lambda s: max(s, 0.0), math.sin])
    assert slopes.slack.tolist() == [math.inf, 0]


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda s: 7 * max(s, 0.0) ** 2 + s, 1),  # the bend jumps
        (lambda s: max(s, 0.0) ** 1.5, 0),  # and has no bound
        (lambda s: math.expm1(s) if s < 0 else s, 1),
    ],
)
def test_where_only_the_bend_jumps_there_is_a_derivative(f, slope):
    slopes = slopes_of([f, math.sin])
    assert abs(slopes.nearest[0] - slope) <= slopes.slack[0] < 1e-3
    assert slopes.slack[1] == 0


@pytest.mark.parametrize("beside", [0.0, 0.3, -0.3, 2 / 3, 0.9, 1.5, -1.9, 1.99])
def test_a_kink_within_the_smallest_step_leaves_no_more_than_the_slack(beside):
    corner = beside * H / 512
    slopes = slopes_of([lambda s: max(s - corner, 0.0) - max(-corner, 0.0)])
    truth = 0.0 if corner > 0 else 1.0
    assert abs(slopes.nearest[0] - truth) <= slopes.slack[0]


def test_kinks_beside_smooth_entries_change_only_their_own():
    slopes = slopes_of([math.sin, lambda s: abs(s + 0.3 * H) - 0.3 * H, math.tanh])
    assert slopes.kinked.tolist() == [False, True, False]
    np.testing.assert_allclose(slopes.nearest, [1, 1, 1], atol=1e-8)
    assert (slopes.slack > 0).tolist() == [False, True, False]


def test_rounding_bounds_what_noise_does_to_the_central_difference():
    rng = np.random.default_rng(0)
    deviation = 1e-9
    slopes = slopes_of(
        [lambda s: 3 * s + (rng.normal(0, deviation) if s else 0)] * 1000, H, deviation
    )
    assert (abs(slopes.central - 3) <= slopes.rounding).all()
    assert not slopes.kinked.any()


def test_values_and_noise_may_be_given_for_each_variable():
    functions = [math.sin, lambda s: 5 + max(s, 0.0), lambda s: -2 + 3 * s]

    def moved(s, entries=None):
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) for f in chosen])

    slopes = measure(moved, moved(0.0), np.array([0, EPSILON, 1e-9]), H)
    assert slopes.kinked.tolist() == [False, True, False]
    assert slopes.slack.tolist() == [0, math.inf, 0]
    assert slopes.rounding[2] > 1e-6 > slopes.rounding[0]


def test_rounding_that_was_underestimated_makes_no_kinks():
    rng = np.random.default_rng(0)
    slopes = slopes_of([lambda s: 3 * s + (rng.normal(0, 1e-9) if s else 0)] * 50, H, 1e-13)
    assert not slopes.kinked.any()
    assert (abs(slopes.central - 3) <= slopes.rounding).all()


def test_a_kink_is_still_one_where_rounding_was_underestimated():
    rng = np.random.default_rng(0)

    def noisy(f):
        return lambda s: f(s) + (rng.normal(0, 1e-12) if s else 0)

    slopes = slopes_of([noisy(math.sin), noisy(lambda s: max(s, 0.0))], H, 1e-18)
    assert slopes.kinked.tolist() == [False, True]


def test_a_kink_too_small_to_be_told_from_rounding_is_in_the_budget():
    jump = 3e-6
    slopes = slopes_of([lambda s: 3 * s + jump * max(s, 0.0)], H, deviation=1e-11)
    assert not slopes.kinked.any()
    assert slopes.rounding[0] >= abs(slopes.central[0] - 3) == pytest.approx(jump / 2)
