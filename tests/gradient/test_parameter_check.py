import math

import numpy as np

from xpnet.gradient.parameter_check import check_parameter

H = 1e-4
EPSILON = np.finfo(float).eps


def checked(functions, gradient, noise=0.0, hidden_change=EPSILON, shape=None):
    """The check of a gradient against one function of one variable for each entry.

    With it the entries at which the function was evaluated alone.
    """
    evaluated = []

    def perturbed(s, entries=None):
        if entries is not None:
            evaluated.extend(entries)
        chosen = functions if entries is None else [functions[k] for k in entries]
        return np.array([f(s) - f(0.0) for f in chosen])

    gradient = np.array(gradient).reshape(shape or -1)
    check, _ = check_parameter("W", gradient, perturbed, noise, hidden_change, H)
    return check, evaluated


def saturated(margin):
    """The computed loss of one row of two classes with this margin, and its derivative."""
    return lambda s: math.log(1 + math.exp(s - margin)), 1 / (1 + math.exp(margin))


def test_a_right_gradient_passes_and_one_entry_off_by_1e_5_does_not():
    functions = [lambda s: math.sin(s), lambda s: 0.5 * s, lambda s: s * s]
    assert checked(functions, [1, 0.5, 0])[0].passed
    check, _ = checked(functions, [1, 0.5 + 5e-6, 0])
    assert not check.passed
    assert check.worst.index == (1,)


def test_noise_is_measured_at_the_worst_entry():
    functions = [lambda s, k=k: k * s for k in range(6)]
    check, evaluated = checked(functions, [0, 1, 2, 3, 9, 5], shape=(2, 3))
    assert check.worst.index == (1, 1)
    assert evaluated.count(4) > evaluated.count(1)


def test_a_saturated_softmax_is_not_called_wrong():
    for margin in (20, 25, 30, 33, 36, 40, 100, 700):
        f, slope = saturated(margin)
        check, _ = checked([f], [slope])
        assert check.passed, (margin, check)
        assert not check.kinks
        assert check.checked == (margin == 20)


def test_where_the_function_is_constant_a_gradient_above_rounding_is_wrong():
    for gradient, passes in ((0.0, True), (1e-14, True), (1e-9, False), (1.0, False)):
        check, _ = checked([lambda s: 0.0], [gradient])
        assert check.passed == passes, (gradient, check)
    assert check.unresolved == 0


def test_a_gradient_of_zero_where_the_function_is_constant_leaves_the_budget_narrow():
    check, _ = checked([lambda s: 1e-12 * s, lambda s: 0.0], [1e-12, 0.0])
    assert check.passed
    assert check.checked == 2
    assert not checked([lambda s: 1e-12 * s, lambda s: 0.0], [2e-12, 0.0])[0].passed


def test_rounding_to_a_staircase_is_neither_wrong_nor_a_kink():
    step = 1e-9  # of the values: a slope of 3e-5 passes six steps within 2h

    def f(s):
        return step * round(3e-5 * s / step)

    check, _ = checked([f, lambda s: 0.0], [3e-5, 0.0])
    assert check.passed
    assert not check.kinks
    assert check.rounding >= step / H


def test_rounding_found_at_one_entry_does_not_hide_a_fault_beyond_it():
    def f(s):
        return 1e-9 * round(3e-5 * s / 1e-9)

    check, _ = checked([f, lambda s: s], [3e-5, 1.01])
    assert not check.passed
    assert check.worst.index == (1,)


def test_entries_of_different_sizes_have_budgets_of_their_own():
    rng = np.random.default_rng(0)

    def loud(s):
        return 1e6 * s + 1e-6 * rng.normal()

    def quiet(s):
        return s

    noise = np.array([1e-6, EPSILON])
    assert checked([loud, quiet], [1e6, 1.0], noise)[0].passed
    assert not checked([loud, quiet], [1e6, 1 + 1e-5], noise)[0].passed


def test_a_staircase_that_looks_smooth_at_the_steps_is_measured_before_it_is_called_wrong():
    def f(s):  # h/2, h and 2h are 0.9, 1.8 and 3.6 units, rounded to 1, 2 and 4
        return 1e-9 * round(1.8 * s / H)

    check, _ = checked([f], [1.8e-9 / H])
    assert check.passed
    assert check.rounding > 0.2e-9 / H


def test_noise_measured_at_two_entries_makes_the_worst_entry_needless_to_measure():
    rng = np.random.default_rng(0)
    functions = [lambda s, k=k: k * s + rng.normal(0, 1e-10) for k in range(8)]
    check, evaluated = checked(functions, range(8), noise=np.full(8, 1e-14))
    assert check.passed
    assert check.rounding > 16 * 0.3e-10 / H
    assert set(evaluated) == {0, 4}
    assert len(evaluated) == 2 * 2 * 8
