"""State belongs to the parameters that were stepped, wherever they go, and to no others."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError, ShapeError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.parameters import Parameters
from xpnet.training import Trainer

WITH_STATE = [Momentum, AdaGrad, RMSProp, Adam]

REFUSED = r"its state belongs to other parameters: make a new optimizer.*copy\.deepcopy"


def new_net(seed=0, dtype="float64"):
    return TwoLayerNet(3, 2, 2, weight_init_std=1, seed=seed, dtype=dtype)


def gradient(net, k):
    rng, grads = np.random.default_rng(k), net.params.zeros_like()
    for name, shape in net.params.shapes.items():
        grads[name] = xpnet.asarray(rng.normal(size=shape), net.dtype, backend=net.backend.name)
    return grads


def step(optimizer, net, *numbers):
    for k in numbers:
        optimizer.update(net.params, gradient(net, k))
    return net


def host(net):
    arrays = [xpnet.to_numpy(array).ravel() for array in net.params.values()]
    return np.concatenate(arrays).astype("float64")


def wanted(kind, steps):
    return host(step(kind(lr=0.1), new_net(), *range(steps)))


def assert_refused(optimizer, params, grads):
    before = {name: xpnet.to_numpy(array).tobytes() for name, array in params.items()}
    state = pickle.dumps({slot: dict(found) for slot, found in optimizer.state.items()})
    done = optimizer.steps
    with pytest.raises(NetworkError, match=REFUSED):
        optimizer.update(params, grads)
    assert {name: xpnet.to_numpy(array).tobytes() for name, array in params.items()} == before
    assert pickle.dumps({slot: dict(found) for slot, found in optimizer.state.items()}) == state
    assert optimizer.steps == done


@pytest.mark.parametrize("flat", [True, False], ids=["parameters", "dict"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("kind", WITH_STATE)
def test_another_network_is_refused_and_its_own_goes_on(backend, kind, dtype, flat):
    optimizer, own, other = kind(lr=0.1), new_net(), new_net(1, dtype)
    step(optimizer, own, 0)
    params, grads = other.params, gradient(other, 1)
    assert_refused(optimizer, params if flat else dict(params), grads if flat else dict(grads))
    np.testing.assert_array_equal(host(step(optimizer, own, 1, 2)), wanted(kind, 3))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_twin_from_before_is_another_network(backend, kind):
    optimizer, own = kind(lr=0.1), new_net()
    twin = copy.deepcopy(own)
    step(optimizer, own, 0, 1)
    assert_refused(optimizer, twin.params, gradient(twin, 2))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_copy_that_the_optimizer_has_left_behind_is_another_network(backend, kind):
    optimizer, own = kind(lr=0.1), new_net()
    made = copy.deepcopy(step(optimizer, own, 0))
    step(optimizer, own, 1)
    assert_refused(optimizer, made.params, gradient(made, 2))
    made = copy.deepcopy(own)
    step(optimizer, made, 2)
    assert_refused(optimizer, own.params, gradient(own, 3))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_network_in_the_place_of_a_deleted_one_is_another(backend, kind):
    for _ in range(20):
        optimizer, net = kind(lr=0.1), new_net()
        step(optimizer, net, 0)
        del net
        with pytest.raises(NetworkError, match=REFUSED):
            step(optimizer, new_net(1), 1)


def test_trainers_of_two_networks_do_not_share_an_optimizer(backend):
    data = np.ones((10, 3), "float32"), np.zeros(10, int)
    optimizer = Momentum(lr=0.1)
    Trainer(new_net(0), optimizer, data, batch_size=5, progress=False).run(epochs=1)
    with pytest.raises(NetworkError, match=REFUSED):
        Trainer(new_net(1), optimizer, data, batch_size=5, progress=False).run(epochs=1)


def test_layers_of_one_network_are_told_apart(backend):
    optimizer, net = Momentum(lr=0.1), TwoLayerNet(2, 2, 2, weight_init_std=1, seed=0)
    net.backprop(np_batch(backend), xpnet.asarray([0, 1, 0]))
    first, second = net.layers["Affine1"], net.layers["Affine2"]
    optimizer.update(first.params, first.grads)
    assert_refused(optimizer, second.params, second.grads)
    optimizer.update(dict(first.params), dict(first.grads))


def np_batch(backend):
    return xpnet.asarray(np.random.default_rng(0).normal(size=(3, 2)), backend=backend.name)


def test_without_state_anything_is_stepped(backend):
    optimizer, one, other = SGD(lr=0.1), new_net(0), new_net(1)
    step(optimizer, one, 0)
    step(optimizer, other, 0)
    assert optimizer.steps == 2


FOLLOWED = {
    "the same": lambda net: net,
    "astype": lambda net: net.astype("float64"),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
}


@pytest.mark.parametrize("follow", FOLLOWED.values(), ids=FOLLOWED)
@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_network_is_followed_into_its_copy(backend, kind, follow):
    optimizer, net = kind(lr=0.1), new_net()
    made = follow(step(optimizer, net, 0, 1))
    np.testing.assert_array_equal(host(step(optimizer, made, 2, 3)), wanted(kind, 4))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_network_is_followed_into_any_dtype(backend, kind, dtype):
    optimizer = kind(lr=0.1)
    made = step(optimizer, new_net(), 0).astype(dtype)
    step(optimizer, made, 1)
    assert optimizer.steps == 2


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_network_that_has_gone_nan_is_followed_too(backend, kind):
    optimizer, net = kind(lr=0.1), new_net()
    step(optimizer, net, 0)
    net.params["W1"][...] = float("nan")
    made = step(optimizer, copy.deepcopy(net), 1)
    assert optimizer.steps == 2
    other = copy.deepcopy(made)
    other.params["W1"][...] = 1
    assert_refused(optimizer, other.params, gradient(other, 2))


@pytest.mark.parametrize("kind", WITH_STATE)
def test_numbers_that_are_written_into_a_network_do_not_make_it_another(backend, kind):
    optimizer, net = kind(lr=0.1), new_net()
    saved = xpnet.to_numpy(net.params.flat).copy()
    step(optimizer, net, 0, 1)
    net.params.flat = xpnet.asarray(saved)
    step(optimizer, net, 2)
    net.params.update(new_net(5).params)
    step(optimizer, net, 3)
    assert optimizer.steps == 4


TOGETHER = [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))]


@pytest.mark.parametrize("copied", TOGETHER, ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("kind", WITH_STATE)
def test_network_and_optimizer_are_copied_together(backend, kind, copied):
    optimizer, net = kind(lr=0.1), new_net()
    step(optimizer, net, 0, 1)
    made_optimizer, made = copied((optimizer, net))
    step(optimizer, net, 20)
    np.testing.assert_array_equal(host(step(made_optimizer, made, 2, 3)), wanted(kind, 4))
    assert_refused(made_optimizer, net.params, gradient(net, 4))
    assert_refused(optimizer, made.params, gradient(made, 4))


@pytest.mark.parametrize("copied", [copy.copy, *TOGETHER], ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_copy_of_an_optimizer_goes_on_with_a_network_that_was_loaded(backend, kind, copied):
    optimizer, net = kind(lr=0.1), new_net()
    saved = xpnet.to_numpy(step(optimizer, net, 0, 1).params.flat).copy()
    made, loaded = copied(optimizer), new_net(7)
    step(optimizer, net, 20, 21)
    loaded.params.flat = xpnet.asarray(saved)
    np.testing.assert_array_equal(host(step(made, loaded, 2, 3)), wanted(kind, 4))
    assert_refused(made, net.params, gradient(net, 4))


# --- plain mappings ------------------------------------------------------------------------


def pair(*values, dtype="float64"):
    return {"W": xpnet.asarray(values, dtype), "b": xpnet.asarray([1.0], dtype)}


def grads(k, dtype="float64"):
    return {"W": xpnet.asarray([1.0 + k, -2.0], dtype), "b": xpnet.asarray([0.5 * k], dtype)}


def numbers(params):
    return [xpnet.to_numpy(params[name]).astype("float64").tolist() for name in ("W", "b")]


def straight(kind, steps):
    optimizer, params = kind(lr=0.1), pair(3.0, 4.0)
    for k in range(steps):
        optimizer.update(params, grads(k))
    return numbers(params)


FRESH = {
    "same dict": lambda params: params,
    "same arrays": dict,
    "views": lambda params: {name: array[:] for name, array in params.items()},
    "copies": lambda params: {name: array.copy() for name, array in params.items()},
    "parameters": Parameters,
    "other order": lambda params: {name: params[name] for name in reversed([*params])},
}


@pytest.mark.parametrize("fresh", FRESH.values(), ids=FRESH)
@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_dict_may_be_made_anew_at_each_step(backend, kind, fresh):
    optimizer, params = kind(lr=0.1), pair(3.0, 4.0)
    for k in range(4):
        params = fresh(params)
        optimizer.update(params, grads(k))
    assert numbers(params) == straight(kind, 4)


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_dict_is_followed_to_another_backend_and_dtype(backend, elsewhere, kind):
    optimizer, params = kind(lr=0.1), pair(3.0, 4.0)
    optimizer.update(params, grads(0))
    params = {name: xpnet.asarray(array, backend=elsewhere) for name, array in params.items()}
    optimizer.update(params, {n: xpnet.asarray(a, backend=elsewhere) for n, a in grads(1).items()})
    found = {xpnet.backend_of(a).name for slot in optimizer.state.values() for a in slot.values()}
    assert found == {elsewhere}
    params = {name: xpnet.asarray(array, backend=backend.name) for name, array in params.items()}
    optimizer.update(params, grads(2))
    assert numbers(params) == straight(kind, 3)
    params = {name: xpnet.asarray(array, "float32") for name, array in params.items()}
    optimizer.update(params, grads(3))
    np.testing.assert_allclose(np.hstack(numbers(params)), np.hstack(straight(kind, 4)), rtol=1e-6)
    assert {str(a.dtype) for s in optimizer.state.values() for a in s.values()} == {"float32"}


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_dict_whose_arrays_are_replaced_stays_the_same_parameters(backend, kind):
    optimizer, params = kind(lr=0.1), pair(3.0, 4.0)
    optimizer.update(params, grads(0))
    params["W"] = xpnet.asarray([9.0, 9.0])  # as the book loads parameters
    optimizer.update(params, grads(1))
    assert optimizer.steps == 2


@pytest.mark.parametrize("kind", WITH_STATE)
def test_a_dict_with_other_numbers_names_or_shapes_is_refused(backend, kind):
    optimizer = kind(lr=0.1)
    optimizer.update(pair(3.0, 4.0), grads(0))
    assert_refused(optimizer, pair(5.0, 6.0), grads(1))
    for names in ("W", "Wbc", "Wc"):
        other = {name: xpnet.asarray([1.0, 1.0] if name == "W" else [1.0]) for name in names}
        with pytest.raises(ShapeError, match=r"belongs to parameters of shapes .*make a new"):
            optimizer.update(other, {name: array.copy() for name, array in other.items()})
    with pytest.raises(ShapeError, match="belongs to parameters of shapes"):
        optimizer.update(
            {**pair(3.0, 4.0), "W": xpnet.asarray([1.0, 2.0, 3.0])},
            {**grads(1), "W": xpnet.asarray([1.0, 2.0, 3.0])},
        )
    assert optimizer.steps == 1


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_that_is_cleared_belongs_to_nobody(backend, kind):
    optimizer = kind(lr=0.1)
    step(optimizer, new_net(0), 0)
    optimizer.state.clear()
    step(optimizer, new_net(1), 1)
    assert optimizer.steps == 2


@pytest.mark.parametrize("kind", WITH_STATE)
def test_state_of_other_names_that_is_put_in_by_hand_does_not_change_the_owner(backend, kind):
    optimizer, other = kind(lr=0.1), kind(lr=0.1)
    optimizer.update({"a": xpnet.asarray([1.0])}, {"a": xpnet.asarray([1.0])})
    params, made = {"b": xpnet.asarray([1.0])}, {"b": xpnet.asarray([1.0])}
    other.update(params, made)
    optimizer.state = other.state
    assert_refused(optimizer, params, made)
