import math

import numpy as np

from xpnet.gradient.comparison import compare

H = 1e-4
EPSILON = np.finfo(float).eps


def compared(functions, gradient, noise=0.0, unseen=EPSILON, shape=None):
    """The check of a gradient against functions of one variable, one for each entry."""
    looked = []

    def moved(s, entries=None):
        if entries is not None:
            looked.extend(entries)
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) - f(0.0) for f in chosen])

    gradient = np.array(gradient).reshape(shape or -1)
    check, _ = compare("W", gradient, moved, noise, unseen, H)
    return check, looked


def sure(margin):
    """The loss of one row of two classes, as it is computed, and its derivative."""
    return lambda s: math.log(1 + math.exp(s - margin)), 1 / (1 + math.exp(margin))


def test_a_right_gradient_passes_and_one_entry_off_by_1e_5_does_not():
    functions = [lambda s: math.sin(s), lambda s: 0.5 * s, lambda s: s * s]
    assert compared(functions, [1, 0.5, 0])[0].passed
    check, _ = compared(functions, [1, 0.5 + 5e-6, 0])
    assert not check.passed
    assert check.worst.index == (1,)


def test_the_worst_entry_is_looked_at_where_it_is():
    functions = [lambda s, k=k: k * s for k in range(6)]
    check, looked = compared(functions, [0, 1, 2, 3, 9, 5], shape=(2, 3))
    assert check.worst.index == (1, 1)
    assert looked.count(4) > looked.count(1)


def test_a_sure_softmax_is_not_called_wrong():
    for margin in (20, 25, 30, 33, 36, 40, 100, 700):
        f, slope = sure(margin)
        check, _ = compared([f], [slope])
        assert check.passed, (margin, check)
        assert not check.kinks
        assert check.checked == (margin == 20)


def test_where_nothing_moves_a_gradient_that_rounding_cannot_hide_is_wrong():
    for gradient, passes in ((0.0, True), (1e-14, True), (1e-9, False), (1.0, False)):
        check, _ = compared([lambda s: 0.0], [gradient])
        assert check.passed == passes, (gradient, check)
    assert check.unresolved == 0


def test_a_gradient_of_zero_where_nothing_moves_keeps_the_budget_of_the_others_narrow():
    check, _ = compared([lambda s: 1e-12 * s, lambda s: 0.0], [1e-12, 0.0])
    assert check.passed
    assert check.checked == 2
    assert not compared([lambda s: 1e-12 * s, lambda s: 0.0], [2e-12, 0.0])[0].passed


def test_rounding_in_stairs_is_no_fault_and_no_kink():
    step = 1e-9  # of the values: a slope of 3e-5 climbs six steps within 2h

    def f(s):
        return step * round(3e-5 * s / step)

    check, _ = compared([f, lambda s: 0.0], [3e-5, 0.0])
    assert check.passed
    assert not check.kinks
    assert check.rounding >= step / H


def test_rounding_found_at_one_entry_does_not_hide_a_fault_beyond_it():
    def f(s):
        return 1e-9 * round(3e-5 * s / 1e-9)

    check, _ = compared([f, lambda s: s], [3e-5, 1.01])
    assert not check.passed
    assert check.worst.index == (1,)


def test_entries_of_different_sizes_have_budgets_of_their_own():
    rng = np.random.default_rng(0)

    def loud(s):
        return 1e6 * s + 1e-6 * rng.normal()

    def quiet(s):
        return s

    noise = np.array([1e-6, EPSILON])
    assert compared([loud, quiet], [1e6, 1.0], noise)[0].passed
    assert not compared([loud, quiet], [1e6, 1 + 1e-5], noise)[0].passed


def test_a_slope_of_stairs_that_fall_in_step_is_looked_at_before_it_is_called_wrong():
    def f(s):  # at half a step, one and two: 0.9, 1.8 and 3.6 stairs, rounded to 1, 2 and 4
        return 1e-9 * round(1.8 * s / H)

    check, _ = compared([f], [1.8e-9 / H])
    assert check.passed
    assert check.rounding > 0.2e-9 / H


def test_what_is_measured_at_a_few_entries_saves_a_close_look():
    rng = np.random.default_rng(0)
    functions = [lambda s, k=k: k * s + rng.normal(0, 1e-10) for k in range(8)]
    check, looked = compared(functions, range(8), noise=np.full(8, 1e-14))
    assert check.passed
    assert check.rounding > 16 * 0.3e-10 / H
    assert set(looked) == {0, 4}
    assert len(looked) == 2 * 2 * 8
