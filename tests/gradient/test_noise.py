import math

import numpy as np
import pytest

from xpnet.gradient.noise import interval_noise, table_noise

H = 1e-4
EPSILON = np.finfo(float).eps


def test_noise_of_a_rounded_function_is_measured():
    rng = np.random.default_rng(0)
    measured = [table_noise(lambda s: math.sin(s) + rng.normal(0, 1e-10), H) for _ in range(50)]
    assert 0.5e-10 < np.median(measured) < 2e-10


def test_the_mean_square_of_the_noise_is_the_variance():
    rng = np.random.default_rng(0)
    measured = [table_noise(lambda s: 3 * s + rng.normal(0, 1e-10), H) for _ in range(4000)]
    assert np.mean(np.square(measured)) == pytest.approx(1e-20, rel=0.05, abs=0)


def test_a_smooth_exact_function_has_no_noise():
    assert table_noise(lambda s: 3 * s, 2**-10) == 0
    assert table_noise(math.exp, H) < 4 * EPSILON


@pytest.mark.parametrize("steps", [1.3, 7.0, 40.0, 1000.0])
def test_interval_noise_finds_staircases_that_a_table_may_miss(steps):
    height = 1e-9
    slope = steps * height / (4 * H)

    def f(s):
        return height * math.floor((slope * s + 0.3 * height) / height)

    assert height / 4 <= interval_noise(f, H) <= 2 * height
    if steps < 10:
        assert table_noise(f, H) == 0


def test_interval_noise_finds_rounding_of_a_curved_function():
    def f(s):  # the loss of a nearly saturated softmax: 1e-3, rounded as a part of 1
        return math.log(1 + 1e-3 * math.exp(s))

    assert EPSILON / 16 < interval_noise(f, H) < 4 * EPSILON


@pytest.mark.parametrize("corners", [[0.0], [0.3], [-1.9], [-0.5, 0.1, 1.2]])
def test_kinks_are_not_taken_for_rounding(corners):
    def f(s):
        return sum(max(s - corner * H, 0.0) for corner in corners) + math.sin(s)

    assert interval_noise(f, H) < 1e-9 * H / 64  # of what the kink adds to the next value


def test_the_noise_of_a_function_that_is_not_finite_is_0():
    assert interval_noise(lambda s: math.nan, H) == 0
    assert interval_noise(lambda s: math.inf if s > H else s, H) == 0
