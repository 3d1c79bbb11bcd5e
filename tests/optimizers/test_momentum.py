"""Momentum: results that a reader can work out."""

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import SGD, Momentum


def test_two_steps(backend):
    optimizer, params = Momentum(lr=0.1, momentum=0.5), {"W": xpnet.asarray([1.0, -1.0])}
    for wanted in (0.8, 0.5):
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(optimizer.state["v"]["W"]), [3, -3], rtol=1e-12)


def test_momentum_0_is_sgd(backend):
    rng = np.random.default_rng(0)
    with_zero, plain = ({"W": xpnet.asarray(np.ones(5))} for _ in range(2))
    optimizer, sgd = Momentum(lr=0.3, momentum=0), SGD(lr=0.3)
    for _ in range(5):
        grad = {"W": xpnet.asarray(rng.normal(size=5))}
        optimizer.update(with_zero, grad)
        sgd.update(plain, grad)
    np.testing.assert_array_equal(xpnet.to_numpy(with_zero["W"]), xpnet.to_numpy(plain["W"]))


def test_options_after_the_learning_rate_are_named():
    with pytest.raises(TypeError, match="positional"):
        Momentum(0.1, 0.5)
