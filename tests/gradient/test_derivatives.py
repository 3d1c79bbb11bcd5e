import math

import numpy as np
import pytest

from xpnet.gradient.derivatives import estimate_derivatives

H = 1e-4
EPSILON = np.finfo(float).eps


def derivatives_of(functions, h=H, deviation=EPSILON):
    """Derivatives at 0 of several functions of one variable."""

    def perturbed(s, entries=None):
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) for f in chosen])

    value = functions[0](0.0)
    assert all(f(0.0) == value for f in functions)
    return estimate_derivatives(perturbed, value, deviation, h)


def test_truncation_bounds_the_error_of_a_cubic():
    for h in (1e-2, 1e-3):
        derivatives = derivatives_of([lambda s: 5 * s**3 + 2 * s], h=h)
        error = abs(derivatives.central[0] - 2)
        assert error == pytest.approx(5 * h**2, rel=1e-6)
        assert error <= derivatives.truncation[0] <= 3 * error


def test_smooth_curves_have_no_kinks_however_curved():
    derivatives = derivatives_of(
        [math.sin, lambda s: 1000 * s * s, lambda s: math.sin(50 * s), math.tanh]
    )
    assert not derivatives.near_kink.any()
    np.testing.assert_array_equal(derivatives.estimate, derivatives.central)
    assert not derivatives.uncertainty.any()


@pytest.mark.parametrize("beside", [-0.95, -2 / 3, -0.5, -1 / 3, -0.1, 0.0, 0.2, 1 / 3, 0.7, 0.99])
def test_a_kink_anywhere_within_the_step_is_found(beside):
    corner = beside * H

    def f(s):
        return max(s - corner, 0.0) - max(-corner, 0.0)

    assert derivatives_of([f]).near_kink.all()


def test_a_kink_far_beyond_the_step_is_no_kink():
    assert not derivatives_of([lambda s: max(s - 3 * H, 0.0)]).near_kink.any()


@pytest.mark.parametrize("beside", [-0.5, -0.1, 0.1, 0.5])
def test_near_a_kink_the_estimate_is_the_derivative_at_the_point(beside):
    corner = beside * H
    derivatives = derivatives_of([lambda s: max(s - corner, 0.0) - max(-corner, 0.0)])
    truth = 0.0 if corner > 0 else 1.0
    assert abs(derivatives.central[0] - truth) > 0.1
    assert abs(derivatives.estimate[0] - truth) <= derivatives.uncertainty[0] < 1e-6


def test_two_kinks_that_cancel_in_the_difference_are_found():
    def f(s):
        return 0.1 * max(s - 0.3 * H, 0.0) - 0.1 * max(-s - 0.4 * H, 0.0) + s

    derivatives = derivatives_of([f])
    assert derivatives.near_kink.all()
    assert abs(derivatives.estimate[0] - 1) <= derivatives.uncertainty[0] < 1e-6


def test_at_a_kink_the_uncertainty_is_infinite():
    derivatives = derivatives_of([lambda s: max(s, 0.0), math.sin])
    assert derivatives.uncertainty.tolist() == [math.inf, 0]


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda s: 7 * max(s, 0.0) ** 2 + s, 1),  # the second derivative jumps
        (lambda s: max(s, 0.0) ** 1.5, 0),  # and is unbounded
        (lambda s: math.expm1(s) if s < 0 else s, 1),
    ],
)
def test_where_only_the_second_derivative_jumps_there_is_a_derivative(f, slope):
    derivatives = derivatives_of([f, math.sin])
    assert abs(derivatives.estimate[0] - slope) <= derivatives.uncertainty[0] < 1e-3
    assert derivatives.uncertainty[1] == 0


@pytest.mark.parametrize("beside", [0.0, 0.3, -0.3, 2 / 3, 0.9, 1.5, -1.9, 1.99])
def test_the_error_from_a_kink_within_the_smallest_step_is_within_the_uncertainty(beside):
    corner = beside * H / 512
    derivatives = derivatives_of([lambda s: max(s - corner, 0.0) - max(-corner, 0.0)])
    truth = 0.0 if corner > 0 else 1.0
    assert abs(derivatives.estimate[0] - truth) <= derivatives.uncertainty[0]


def test_a_kink_changes_only_the_estimate_of_its_own_entry():
    derivatives = derivatives_of([math.sin, lambda s: abs(s + 0.3 * H) - 0.3 * H, math.tanh])
    assert derivatives.near_kink.tolist() == [False, True, False]
    np.testing.assert_allclose(derivatives.estimate, [1, 1, 1], atol=1e-8)
    assert (derivatives.uncertainty > 0).tolist() == [False, True, False]


def test_rounding_bounds_what_noise_does_to_the_central_difference():
    rng = np.random.default_rng(0)
    deviation = 1e-9
    derivatives = derivatives_of(
        [lambda s: 3 * s + (rng.normal(0, deviation) if s else 0)] * 1000, H, deviation
    )
    assert (abs(derivatives.central - 3) <= derivatives.rounding).all()
    assert not derivatives.near_kink.any()


def test_values_and_noise_may_be_given_for_each_entry():
    functions = [math.sin, lambda s: 5 + max(s, 0.0), lambda s: -2 + 3 * s]

    def perturbed(s, entries=None):
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) for f in chosen])

    derivatives = estimate_derivatives(perturbed, perturbed(0.0), np.array([0, EPSILON, 1e-9]), H)
    assert derivatives.near_kink.tolist() == [False, True, False]
    assert derivatives.uncertainty.tolist() == [0, math.inf, 0]
    assert derivatives.rounding[2] > 1e-6 > derivatives.rounding[0]


def test_underestimated_rounding_is_not_taken_for_kinks():
    rng = np.random.default_rng(0)
    derivatives = derivatives_of(
        [lambda s: 3 * s + (rng.normal(0, 1e-9) if s else 0)] * 50, H, 1e-13
    )
    assert not derivatives.near_kink.any()
    assert (abs(derivatives.central - 3) <= derivatives.rounding).all()


def test_a_kink_is_found_where_rounding_was_underestimated():
    rng = np.random.default_rng(0)

    def noisy(f):
        return lambda s: f(s) + (rng.normal(0, 1e-12) if s else 0)

    derivatives = derivatives_of([noisy(math.sin), noisy(lambda s: max(s, 0.0))], H, 1e-18)
    assert derivatives.near_kink.tolist() == [False, True]


def test_a_kink_too_small_to_distinguish_from_rounding_is_in_the_rounding_bound():
    jump = 3e-6
    derivatives = derivatives_of([lambda s: 3 * s + jump * max(s, 0.0)], H, deviation=1e-11)
    assert not derivatives.near_kink.any()
    assert derivatives.rounding[0] >= abs(derivatives.central[0] - 3) == pytest.approx(jump / 2)
