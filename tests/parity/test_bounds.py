from fractions import Fraction

import numpy as np
import pytest

from xpnet.parity import Bound, gamma, unit_roundoff
from xpnet.parity.bounds import TF32


@pytest.mark.parametrize(("dtype", "bits"), [("float32", 24), ("float64", 53)])
def test_the_unit_roundoff_is_the_largest_error_of_one_rounding(dtype, bits):
    number = np.dtype(dtype).type
    u = unit_roundoff(dtype)
    assert u == 2.0**-bits
    assert number(1) + number(u) == 1  # a tie, to even
    assert number(1) + number(1.001 * u) > 1


def test_gamma_is_nu_over_one_less_nu():
    u = Fraction(1, 2**24)
    for n in (1, 2, 1000, 10**6):
        assert float(gamma(n, "float32")) == pytest.approx(float(n * u / (1 - n * u)), rel=1e-14)


def test_gamma_bounds_any_product_of_roundings():
    u = Fraction(1, 2**24)
    for n in (1, 7, 50):
        for up in range(n + 1):
            error = (1 + u) ** up / (1 - u) ** (n - up) - 1
            assert abs(error) <= Fraction(float(gamma(n, "float32"))) * (1 + Fraction(1, 2**50))


def test_so_many_roundings_that_nothing_is_known_have_no_finite_bound():
    np.testing.assert_array_equal(
        gamma(np.array([0.0, 2.0**24, 2.0**25]), "float32"), [0, np.inf, np.inf]
    )


def test_without_tf32_the_roundings_are_those_counted():
    bound = Bound(np.ones(3), np.array([0, 5, 7]), factors=2)
    assert bound.roundings("float32", "float32") is bound.count
    assert bound.roundings("float64", "tf32") is bound.count


def test_tf32_is_as_much_as_8192_roundings_a_factor_and_as_adding_twice():
    count, factors = np.array([0, 5, 7]), np.array([0, 2, 0])
    bound = Bound(np.ones(3), count, factors=factors)
    assert bound.roundings("float32", "tf32").tolist() == [0, 2 * 5 + 2 * 8192, 7]


def test_the_bound_of_tf32_covers_factors_rounded_and_sums_cut_off():
    u, tf32 = Fraction(1, 2**24), Fraction(TF32)
    for n in (1, 10, 1000):
        error = (1 + tf32) ** 2 * (1 + 2 * u) ** n - 1
        found = gamma(Bound(np.ones(1), n, factors=2).roundings("float32", "tf32"), "float32")
        assert error <= Fraction(float(found)) <= error * Fraction(1002, 1000)
