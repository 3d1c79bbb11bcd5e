import numpy as np
import pytest

import xpnet
from xpnet.backends import load_backend
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.parity.layer_rules import LAYER_RULES
from xpnet.parity.twins import Runner, pairs
from xpnet.parity.update_rules import UPDATE_RULES

INDEX = np.arange(20)


@pytest.fixture
def runner(data):
    """``runner(backend)`` trains the same network with Adam."""

    def make(name):
        with xpnet.use_backend("numpy"):
            net = TwoLayerNet(12, 8, 3, weight_init_std="he", seed=0)
        return Runner(net, Adam(lr=0.01), data, load_backend(name), "float64")

    return make


def test_the_shadow_takes_weights_gradients_and_state_from_the_run(runner, second):
    ours, theirs = runner("numpy"), runner(second)
    for step in range(3):
        theirs.net.params.flat *= 5  # whatever it holds is written over
        theirs.net.grads.flat += 1
        for slot in theirs.optimizer.state.values():
            slot.flat *= 2
        for pair in pairs(ours, theirs, INDEX, None, {**LAYER_RULES, **UPDATE_RULES}):
            np.testing.assert_allclose(pair.theirs, pair.ours, rtol=1e-9, atol=1e-12)
            assert pair.bound is not None
        # the update starts from the same bits, not from gradients of its own
        mine, its = (xpnet.to_numpy(side.net.grads["W1"]) for side in (ours, theirs))
        np.testing.assert_array_equal(its, mine)
        assert ours.optimizer.steps == theirs.optimizer.steps == step + 1


def test_a_free_run_is_a_training_run(runner, second):
    free, trained = runner(second), runner(second)
    x, t = trained.batch(INDEX, None)
    for _ in range(2):
        found = free.free_step(INDEX, None)
        trained.net.backprop(x, t)
        trained.optimizer.update(trained.net.params, trained.net.grads)
    params = xpnet.to_numpy(trained.net.params["W1"])
    np.testing.assert_allclose(found["Adam W1"], params, rtol=1e-9)
    np.testing.assert_array_equal(found["batch x"], xpnet.to_numpy(x))
