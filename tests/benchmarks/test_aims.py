import pytest
from aims import Aim, compared

from xpnet.bench import Result, Spread

ONE = Spread(1.0, 1.0, 1.0)


def rows(speed):
    return [
        Result("step", "small", "xpnet", ONE),
        Result("step", "small", "a", ONE, Spread(speed, 0.1, 9)),
    ]


@pytest.mark.parametrize(
    ("aim", "speed", "verdict"),
    [
        (Aim("a", at_most=0.4), 0.4, "aim at most 0.4: reached"),
        (Aim("a", at_most=0.4), 0.41, "aim at most 0.4: not reached"),
        (Aim("a", at_least=50), 50.0, "aim at least 50: reached"),
        (Aim("a", at_least=50), 49.0, "aim at least 50: not reached"),
    ],
)
def test_the_median_decides_whether_an_aim_is_reached(aim, speed, verdict):
    (line,) = compared(rows(speed), [aim])
    assert line.startswith("step, small, a: relative speed ")
    assert line.endswith(verdict)


def test_a_case_that_was_not_timed_is_held_against_nothing():
    assert (
        compared([Result("step", "small", "a", note="no CUDA device")], [Aim("a", at_most=1)]) == []
    )
