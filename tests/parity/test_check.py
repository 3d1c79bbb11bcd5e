import pytest

from xpnet.parity import Check, Difference


def within(relative=1e-8, bound=2.4e-7):
    return Difference(relative, bound, relative / bound, 5e-7)


OUTSIDE = Difference(1e-3, 2.4e-7, 1e-3 / 2.4e-7, 5e-7)
UNKNOWN = Difference(0.0, None, 0.0, None)


def check(*differences):
    return Check("float32", "A", list(differences), [1e-8] * len(differences))


def test_the_worst_step_is_the_one_with_the_largest_part_of_its_bound():
    assert check(within(1e-7), within(2e-8, bound=3e-8), within(9e-8)).worst_step == 2
    assert check(within(), within()).worst_step == 1


def test_without_bounds_the_worst_step_has_the_largest_difference():
    assert check(UNKNOWN, Difference(0.5, None, 0.0, None), UNKNOWN).worst_step == 2


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([within(), within()], "ok"),
        ([within(), OUTSIDE], "FAIL"),
        ([UNKNOWN, UNKNOWN], "no bound"),
        ([UNKNOWN, OUTSIDE], "FAIL"),
    ],
)
def test_the_verdict_is_that_of_all_steps(differences, verdict):
    assert check(*differences).verdict == verdict


def test_as_a_dict_it_has_every_step():
    found = check(within(), OUTSIDE).as_dict()
    assert (found["name"], found["verdict"], found["worst_step"]) == ("A", "FAIL", 2)
    assert found["steps"][1] == {**vars(OUTSIDE), "drift": 1e-8}


def test_the_repr_is_short_however_many_steps_there_are():
    assert repr(check(*[within()] * 1000)) == "Check('A', float32, ok, steps=1000)"
