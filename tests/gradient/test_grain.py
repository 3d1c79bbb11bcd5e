import math

import numpy as np
import pytest

from xpnet.gradient.grain import grain, noise

H = 1e-4
EPSILON = np.finfo(float).eps


def test_noise_of_a_rounded_function_is_measured():
    rng = np.random.default_rng(0)
    measured = [noise(lambda s: math.sin(s) + rng.normal(0, 1e-10), H) for _ in range(50)]
    assert 0.5e-10 < np.median(measured) < 2e-10


def test_the_square_of_the_noise_is_the_variance_in_the_mean():
    rng = np.random.default_rng(0)
    measured = [noise(lambda s: 3 * s + rng.normal(0, 1e-10), H) for _ in range(4000)]
    assert np.mean(np.square(measured)) == pytest.approx(1e-20, rel=0.05, abs=0)


def test_a_smooth_exact_function_has_no_noise():
    assert noise(lambda s: 3 * s, 2**-10) == 0
    assert noise(math.exp, H) < 4 * EPSILON


@pytest.mark.parametrize("stairs", [1.3, 7.0, 40.0, 1000.0])
def test_a_close_look_sees_stairs_that_a_table_may_not(stairs):
    height = 1e-9
    slope = stairs * height / (4 * H)

    def f(s):
        return height * math.floor((slope * s + 0.3 * height) / height)

    assert height / 4 <= grain(f, H) <= 2 * height
    if stairs < 10:
        assert noise(f, H) == 0


def test_a_close_look_sees_rounding_on_a_bent_function():
    def f(s):  # the loss of a softmax that is nearly sure: 1e-3, rounded as a part of 1
        return math.log(1 + 1e-3 * math.exp(s))

    assert EPSILON / 16 < grain(f, H) < 4 * EPSILON


@pytest.mark.parametrize("corners", [[0.0], [0.3], [-1.9], [-0.5, 0.1, 1.2]])
def test_kinks_are_no_rounding(corners):
    def f(s):
        return sum(max(s - corner * H, 0.0) for corner in corners) + math.sin(s)

    assert grain(f, H) < 1e-9 * H / 64  # of what the kink adds to the next value


def test_a_function_that_is_not_finite_tells_nothing():
    assert grain(lambda s: math.nan, H) == 0
    assert grain(lambda s: math.inf if s > H else s, H) == 0
