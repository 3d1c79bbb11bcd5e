"""Adam: results that a reader can work out."""

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import Adam


def test_two_steps(backend):
    optimizer, params = Adam(lr=0.1, eps=1e-300), {"W": xpnet.asarray([1.0, -1.0])}
    for wanted in (0.9, 0.8):  # with one gradient, both averages are of it alone
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)
    found = {slot: xpnet.to_numpy(arrays["W"]) for slot, arrays in optimizer.state.items()}
    np.testing.assert_allclose(found["m"], [2 * 0.19, -2 * 0.19], rtol=1e-12)
    np.testing.assert_allclose(found["v"], [4 * (1 - 0.999**2)] * 2, rtol=1e-12)


def test_the_bias_of_a_step_follows_from_its_number():
    optimizer = Adam(lr=0.1, beta1=0.5, beta2=0.75)
    assert optimizer.scalars(2) == {"lr": 0.1, "bias1": 0.75, "bias2": 1 - 0.75**2}
    assert optimizer.scalars(1) == {"lr": 0.1, "bias1": 0.5, "bias2": 0.25}


def test_constants_are_what_does_not_follow_from_it():
    found = Adam(beta1=0.5, beta2=0.75, eps=0.125).constants()
    assert found == {"beta1": 0.5, "rest1": 0.5, "beta2": 0.75, "rest2": 0.25, "eps": 0.125}


def test_options_after_the_learning_rate_are_named():
    with pytest.raises(TypeError, match="positional"):
        Adam(0.1, 0.9, 0.999)
