import pytest

from xpnet.bench import Spread
from xpnet.bench.units import digits, duration, duration_spread, number_spread


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0.00 µs"),
        (3.2e-8, "0.0320 µs"),
        (9.996e-4, "1.00 ms"),
        (9.994e-4, "999 µs"),
        (0.0204, "20.4 ms"),
        (0.99951, "1.00 s"),
        (62_345.6, "62,346 s"),
    ],
)
def test_a_time_has_three_digits_and_the_unit_that_fits(seconds, told):
    assert duration(seconds) == told


def test_more_than_three_digits_before_the_point_are_all_shown():
    assert [digits(value) for value in (999.4, 999.6, 1234.5)] == ["999", "1,000", "1,234"]


def test_quartiles_of_a_time_are_in_the_unit_of_the_median():
    assert duration_spread(Spread(9e-4, 8e-4, 0.052)) == "900 µs (800 to 52,000)"


def test_a_number_is_shown_with_its_quartiles():
    assert number_spread(Spread(168.2, 0.5, 1.25)) == "168 (0.500 to 1.25)"
