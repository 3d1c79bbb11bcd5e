"""Optimizers of the estimators, beside scikit-learn's own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network import _stochastic_optimizers as reference

from xpnet.sklearn.optimizers import NesterovVelocity, ReorderedAdam, Velocity

START = np.linspace(-1, 1, 12).reshape(3, 4)


def gradient(W, step):
    return np.cos(3 * W) + 0.1 * step


PAIRS = {
    "adam": (
        ReorderedAdam(0.01, beta1=0.8, beta2=0.99, eps=1e-4),
        lambda params: reference.AdamOptimizer(params, 0.01, 0.8, 0.99, 1e-4),
    ),
    "adam without averages": (
        ReorderedAdam(0.01, beta1=0, beta2=0, eps=1e-3),
        lambda params: reference.AdamOptimizer(params, 0.01, 0, 0, 1e-3),
    ),
    "velocity": (
        Velocity(0.01, momentum=0.9),
        lambda params: reference.SGDOptimizer(params, 0.01, momentum=0.9, nesterov=False),
    ),
    "nesterov": (
        NesterovVelocity(0.01, momentum=1.0),
        lambda params: reference.SGDOptimizer(params, 0.01, momentum=1.0),
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_fifty_steps_are_scikit_learns(name):
    ours, make = PAIRS[name]
    params, theirs = {"W": START.copy()}, [START.copy()]
    optimizer = make(theirs)
    for step in range(50):
        ours.update(params, {"W": gradient(params["W"], step)})
        optimizer.update_params(theirs, [gradient(theirs[0], step)])
        if name in ("velocity", "nesterov") and step == 20:
            ours.lr = optimizer.learning_rate = 0.002
    np.testing.assert_allclose(params["W"], theirs[0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", PAIRS)
def test_options_make_the_same_optimizer_again(name):
    optimizer = PAIRS[name][0]
    again = type(optimizer)(**optimizer.options())
    assert again.options() == optimizer.options()
    assert again.constants() == optimizer.constants()


def test_a_formula_writes_into_none_of_its_arguments(backend):
    xp = backend.xp
    for kind in (ReorderedAdam, Velocity, NesterovVelocity):
        arrays = [xp.ones(3) for _ in range(2 + len(kind.rule.state))]
        numbers = [0.5] * (len(kind.rule.scalars) + len(kind.rule.constants))
        kind.rule.formula(xp, *arrays, *numbers)
        assert all(bool((array == 1).all()) for array in arrays)


def test_a_step_in_place_has_the_bits_of_the_formula():
    rng = np.random.default_rng(0)
    arrays = [rng.random(50, dtype="float32") for _ in range(4)]
    numbers, rule = (0.1, 0.9, 0.999, 1e-8), ReorderedAdam.rule
    step, *state = rule.formula(np, *arrays, *numbers)
    expected = arrays[0] - step, arrays[1].copy(), *state
    rule.in_place(np, *arrays, *numbers)
    for one, other in zip(arrays, expected, strict=True):
        np.testing.assert_array_equal(one, other)
