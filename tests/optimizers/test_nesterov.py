"""Nesterov: results that a reader can work out."""

import numpy as np

import xpnet
from xpnet.optimizers import SGD, Momentum, Nesterov


def test_two_steps(backend):
    optimizer, params = Nesterov(lr=0.1, momentum=0.5), {"W": xpnet.asarray([1.0, -1.0])}
    # v is 2, then 3; the steps are 0.1 * (2 + 0.5 * 2) and 0.1 * (2 + 0.5 * 3)
    for wanted in (0.7, 0.35):
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(optimizer.state["v"]["W"]), [3, -3], rtol=1e-12)


def test_nesterov_without_momentum_is_sgd(backend):
    rng = np.random.default_rng(0)
    with_zero, plain = ({"W": xpnet.asarray(np.ones(5))} for _ in range(2))
    optimizer, sgd = Nesterov(lr=0.3, momentum=0), SGD(lr=0.3)
    for _ in range(5):
        grad = {"W": xpnet.asarray(rng.normal(size=5))}
        optimizer.update(with_zero, grad)
        sgd.update(plain, grad)
    np.testing.assert_array_equal(xpnet.to_numpy(with_zero["W"]), xpnet.to_numpy(plain["W"]))


def test_its_step_is_momentums_next_one_if_the_gradient_stayed(backend):
    nesterov, momentum = {"W": xpnet.asarray([1.0])}, {"W": xpnet.asarray([1.0])}
    grad = {"W": xpnet.asarray([0.7])}
    Nesterov(lr=0.1, momentum=0.5).update(nesterov, grad)
    other = Momentum(lr=0.1, momentum=0.5)
    other.update(momentum, grad)
    before = float(momentum["W"][0])
    other.update(momentum, grad)
    np.testing.assert_allclose(1 - float(nesterov["W"][0]), before - float(momentum["W"][0]))
