import math

import numpy as np
import pytest

from xpnet.gradient.slopes import measure, noise

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


def test_noise_of_a_rounded_function_is_measured():
    rng = np.random.default_rng(0)
    measured = [noise(lambda s: math.sin(s) + rng.normal(0, 1e-10), H) for _ in range(50)]
    assert 0.5e-10 < np.median(measured) < 2e-10


def test_a_smooth_exact_function_has_no_noise():
    assert noise(lambda s: 3 * s, 2**-10) == 0
    assert noise(math.exp, H) < 4 * EPSILON
