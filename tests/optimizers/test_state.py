"""State: it follows its parameters where they go, and nobody shares it."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import AdaGrad, Adam, Momentum, RMSProp
from xpnet.parameters import Parameters

WITH_STATE = [Momentum, AdaGrad, RMSProp, Adam]


def new_net(dtype="float64"):
    return TwoLayerNet(3, 2, 2, weight_init_std=1, seed=0, dtype=dtype)


def gradient(net, k):
    """The k-th of a row of gradients that does not depend on the parameters."""
    rng, grads = np.random.default_rng(k), net.params.zeros_like()
    for name, shape in net.params.shapes.items():
        grads[name] = xpnet.asarray(rng.normal(size=shape), net.dtype, backend=net.backend.name)
    return grads


def steps(optimizer, net, numbers):
    for k in numbers:
        optimizer.update(net.params, gradient(net, k))
    return host(net)


def host(net):
    arrays = [xpnet.to_numpy(array).ravel() for array in net.params.values()]
    return np.concatenate(arrays).astype("float64")


def of_state(optimizer):
    return [array for slot in optimizer.state.values() for array in slot.values()]


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_is_made_at_the_first_step_beside_the_parameters(backend, kind):
    optimizer, net = kind(), new_net()
    assert optimizer.state == {}
    steps(optimizer, net, [1])
    assert list(optimizer.state) == list(kind.rule.state)
    assert {xpnet.backend_of(array).name for array in of_state(optimizer)} == {backend.name}
    assert all((xpnet.to_numpy(array) != 0).any() for array in of_state(optimizer))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_matters(backend, kind):
    fresh, used = new_net(), new_net()
    optimizer = kind(lr=0.1)
    steps(optimizer, used, [1, 2])
    used.params.flat[...] = fresh.params.flat
    assert np.abs(steps(optimizer, used, [3]) - steps(kind(lr=0.1), fresh, [3])).max() > 1e-3


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_follows_a_network_that_is_moved(backend, elsewhere, kind):
    wanted = steps(kind(lr=0.1), new_net(), range(6))
    optimizer, net = kind(lr=0.1), new_net()
    steps(optimizer, net, range(3))
    net.to(elsewhere)
    steps(optimizer, net, [3])
    assert {xpnet.backend_of(array).name for array in of_state(optimizer)} == {elsewhere}
    net.to(backend.name)
    np.testing.assert_allclose(steps(optimizer, net, [4, 5]), wanted, rtol=1e-12)
    assert optimizer.steps == 6


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_follows_into_another_dtype(backend, kind):
    wanted = steps(kind(lr=0.1), new_net(), range(6))
    optimizer, net = kind(lr=0.1), new_net("float32")
    steps(optimizer, net, range(3))
    net = net.astype("float64")
    found = steps(optimizer, net, range(3, 6))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    assert {str(array.dtype) for array in of_state(optimizer)} == {"float64"}


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_goes_on_from_the_fused_step_to_the_loop_and_back(backend, kind):
    wanted = steps(kind(lr=0.1), new_net(), range(6))
    optimizer, net = kind(lr=0.1), new_net()
    steps(optimizer, net, range(2))
    for k in (2, 3):
        optimizer.update(dict(net.params), dict(gradient(net, k)))
    np.testing.assert_allclose(steps(optimizer, net, [4, 5]), wanted, rtol=1e-12)


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_finds_its_parameters_in_another_order(backend, kind):
    def pair(names, a, b):
        values = {"a": a, "b": b}
        return Parameters({name: xpnet.asarray(values[name]) for name in names})

    steady, turned = pair("ab", [1.0, 1.0], [2.0, 2.0]), pair("ab", [1.0, 1.0], [2.0, 2.0])
    optimizer, same = kind(lr=0.1), kind(lr=0.1)
    for made, params in ((optimizer, turned), (same, steady)):
        made.update(params, pair("ab", [1.0, 2.0], [-9.0, 3.0]))
    turned = pair("ba", turned["a"], turned["b"])
    optimizer.update(turned, pair("ba", [1.0, 1.0], [1.0, 1.0]))
    same.update(steady, pair("ab", [1.0, 1.0], [1.0, 1.0]))
    for name, array in steady.items():
        np.testing.assert_array_equal(xpnet.to_numpy(turned[name]), xpnet.to_numpy(array))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_padding_of_the_state_stays_zero(backend, kind):
    optimizer, net = kind(lr=0.5), new_net()
    steps(optimizer, net, range(3))
    for slot in optimizer.state.values():
        assert np.count_nonzero(xpnet.to_numpy(slot.flat)) == net.params.count < slot.flat.size


@pytest.mark.parametrize("kind", WITH_STATE)
def test_two_optimizers_share_nothing(backend, kind):
    alone, beside, other = kind(lr=0.1), kind(lr=0.1), kind(lr=0.1)
    wanted = steps(alone, new_net(), range(4))
    net, other_net = new_net(), new_net()
    for k in range(4):
        steps(beside, net, [k])
        steps(other, other_net, [k + 10])
    np.testing.assert_array_equal(host(net), wanted)
    assert (host(other_net) != wanted).any()


@pytest.mark.parametrize("kind", WITH_STATE)
@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))], ids=["copy", "pickle"]
)
def test_a_copy_goes_on_where_the_original_is(backend, kind, copied):
    wanted = steps(kind(lr=0.1), new_net(), range(4))
    optimizer, net = kind(lr=0.1), new_net()
    steps(optimizer, net, range(2))
    made, made_net = copied(optimizer), copied(net)
    steps(optimizer, net, [20, 21])
    np.testing.assert_allclose(steps(made, made_net, [2, 3]), wanted, rtol=1e-13)


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_that_is_replaced_by_hand_is_the_one_that_counts(backend, elsewhere, kind):
    wanted = steps(kind(lr=0.1), new_net(), range(6))
    optimizer, net = kind(lr=0.1), new_net()
    steps(optimizer, net, range(3))
    saved = {slot: arrays.copy() for slot, arrays in optimizer.state.items()}
    params = net.params.copy()
    steps(optimizer, net, [20])
    optimizer.state, optimizer.steps = saved, 3
    net.params.flat = params.flat
    steps(optimizer, net, [3])
    for arrays in optimizer.state.values():
        arrays.to(elsewhere)
    steps(optimizer, net, [4])
    assert {xpnet.backend_of(array).name for array in of_state(optimizer)} == {backend.name}
    optimizer.state = {slot: dict(arrays) for slot, arrays in optimizer.state.items()}
    np.testing.assert_array_equal(steps(optimizer, net, [5]), wanted)


@pytest.mark.parametrize("kind", WITH_STATE)
def test_an_update_that_is_done_writes_no_more(backend, kind):
    optimizer, net = kind(lr=0.1), new_net()
    for k in range(2):
        steps(optimizer, net, [k])
        assert optimizer.writing is False
    optimizer.update(dict(net.params), dict(gradient(net, 2)))
    assert optimizer.writing is False
