"""Assigning to the flat buffer, or to several names, writes into it: all of it, or nothing."""

from __future__ import annotations

import copy
import pickle
from types import SimpleNamespace

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NetworkError, ShapeError
from xpnet.layers import Affine
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Momentum
from xpnet.parameters import NamedArrays, Parameters

SHAPES = {"W": (3, 5), "b": (5,), "s": ()}


def host(array):
    return np.asarray(xpnet.to_numpy(array)).copy()


@pytest.fixture(params=["float32", "float64"])
def params(request, backend):
    rng = np.random.default_rng(0)
    arrays = {name: xpnet.asarray(rng.normal(size=shape)) for name, shape in SHAPES.items()}
    return Parameters(arrays, request.param)


def padding(params):
    """The entries of the buffer that belong to no parameter."""
    made = params.copy()
    made.flat[...] = 0
    for array in made.values():
        array[...] = 1
    return host(params.flat)[host(made.flat) == 0]


def of_network(name):
    def make():
        net = TwoLayerNet(4, 3, 2, seed=0)
        net.grads.flat[...] = 0
        return getattr(net, name), net

    return make


def of_state():
    net, optimizer = TwoLayerNet(4, 3, 2, seed=0), Momentum()
    optimizer.update(net.params, net.grads)
    return optimizer.state["v"], (net, optimizer)


BUFFERS = {"params": of_network("params"), "grads": of_network("grads"), "state": of_state}


@pytest.mark.parametrize("make", BUFFERS.values(), ids=BUFFERS)
def test_what_is_assigned_reaches_every_view(backend, make):
    params, _owner = make()
    flat, arrays = params.flat, dict(params)
    saved = params.copy()
    for k, array in enumerate(saved.values()):
        array[...] = k + 1
    params.flat = saved.flat
    assert params.flat is flat
    assert all(params[name] is array for name, array in arrays.items())
    for k, array in enumerate(arrays.values()):
        assert (host(array) == k + 1).all()


def test_what_is_assigned_reaches_the_layers_and_is_copied(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    saved = net.params.flat * 0 + 0.5
    net.params.flat = saved
    saved[...] = 9
    layer = net.layers["Affine1"]
    assert (host(layer.W) == 0.5).all()
    x = xpnet.asarray(np.ones((2, 4), "float32"))
    np.testing.assert_allclose(host(net.predict(x)), 0.5 + 3 * 0.5 * 2.5)


def test_padding_stays_zero_whatever_is_assigned(params):
    params.flat = params.flat * 0 + 7
    assert {float(a) for array in params.values() for a in host(array).ravel()} == {7}
    assert len(padding(params)) > 0
    assert not padding(params).any()


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int64"])
def test_what_is_assigned_is_cast(params, dtype):
    kept = params.dtype
    params.flat = xpnet.asarray(np.arange(len(params.flat)) % 100, dtype)
    assert params.dtype == params["W"].dtype == kept
    assert host(params["W"]).ravel().tolist() == list(range(15))


def test_numbers_that_are_not_finite_are_numbers(params):
    params.flat = params.flat * float("nan")
    assert np.isnan(host(params["W"])).all()


def test_a_step_in_place_is_written_once(params):
    flat, before = params.flat, host(params["W"])
    params.flat *= 2
    params.flat += 0
    assert params.flat is flat
    np.testing.assert_array_equal(host(params["W"]), 2 * before)


def test_a_view_of_the_buffer_is_read_before_it_is_written(params):
    turned = host(params.flat)[::-1]
    params.flat = params.flat[::-1]
    wanted = params.like(xpnet.asarray(turned.copy()))
    for name, array in params.items():
        np.testing.assert_array_equal(host(array), host(wanted[name]))


def test_a_list_of_the_right_length_is_taken(params):
    params.flat = [3] * len(params.flat)
    assert float(params["s"]) == 3


WRONG = {
    "short": lambda flat: flat[:-1],
    "long": lambda flat: xpnet.asarray(np.ones(len(flat) + 1)),
    "a column": lambda flat: flat.reshape(-1, 1),
    "a number": lambda flat: 1.0,
    "one number": lambda flat: flat[:1],
    "nothing": lambda flat: flat[:0],
    "a short list": lambda flat: [1.0],
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_another_shape_is_refused_and_nothing_written(params, wrong):
    before = host(params.flat)
    with pytest.raises(ShapeError, match=r"^params\.flat has shape \(\d+,\), the value \("):
        params.flat = wrong(params.flat)
    np.testing.assert_array_equal(host(params.flat), before)


@pytest.mark.parametrize("wrong", [None, "numbers", {}, {"W": 1}, object], ids=str)
def test_what_is_no_array_is_refused(params, wrong):
    before = host(params.flat)
    with pytest.raises(TypeError):
        params.flat = wrong
    np.testing.assert_array_equal(host(params.flat), before)


def test_an_array_of_another_backend_is_refused(params, elsewhere):
    before = host(params.flat)
    with pytest.raises(MixedBackendError, match=r"^params\.flat: value is a \w+ array"):
        params.flat = xpnet.asarray(before, backend=elsewhere)
    np.testing.assert_array_equal(host(params.flat), before)


def test_no_room_for_the_cast_writes_nothing(params, monkeypatch):
    before, saved = host(params.flat), params.flat + 1

    def fail(*args, **options):
        raise MemoryError

    monkeypatch.setattr(params.backend, "xp", SimpleNamespace(array=fail))
    with pytest.raises(MemoryError):
        params.flat = saved
    monkeypatch.undo()
    np.testing.assert_array_equal(host(params.flat), before)


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made)), Parameters.copy]
)
def test_assigning_to_a_copy_leaves_the_original(params, copied):
    before, made = host(params.flat), copied(params)
    made.flat = made.flat * 0 + 9
    assert (host(made["W"]) == 9).all()
    np.testing.assert_array_equal(host(params.flat), before)


def test_a_buffer_of_another_length_cannot_be_attached(params):
    flat, before = params.flat, host(params["W"])
    with pytest.raises(ValueError, match=r"reshape|size"):
        params.attach(flat[:3])
    assert params.flat is flat
    np.testing.assert_array_equal(host(params["W"]), before)


# --- several names -----------------------------------------------------------------------


def named_arrays():
    return NamedArrays({name: xpnet.asarray(np.ones(shape)) for name, shape in SHAPES.items()})


def scope():
    net = TwoLayerNet(3, 5, 2, seed=0)
    return net.layers["Affine1"].params


@pytest.mark.parametrize("make", [named_arrays, scope, lambda: scope()._owner])
def test_update_writes_every_name(backend, make):
    params = make()
    arrays = dict(params)
    params.update({name: array * 0 + 4 for name, array in params.items()})
    for name, array in arrays.items():
        assert params[name] is array
        assert (host(array) == 4).all()


@pytest.mark.parametrize("make", [named_arrays, scope])
def test_update_writes_all_or_nothing(backend, elsewhere, make):
    params = make()
    before = {name: host(array) for name, array in params.items()}
    good = params["W"] * 0 + 4
    wrong = {
        ShapeError: {"b": xpnet.asarray(np.ones(7))},
        NetworkError: {"c": xpnet.asarray(np.ones(5))},
        MixedBackendError: {"b": xpnet.asarray(np.ones(5), backend=elsewhere)},
        TypeError: {"b": None},
    }
    for error, last in wrong.items():
        with pytest.raises(error):
            params.update({"W": good, **last})
    for name, array in before.items():
        np.testing.assert_array_equal(host(params[name]), array)


def test_update_takes_pairs_and_keywords(backend):
    params = named_arrays()
    params.update([("s", 2.0)], b=[1, 2, 3, 4, 5])
    assert float(params["s"]) == 2
    assert host(params["b"]).tolist() == [1, 2, 3, 4, 5]


def test_update_reads_views_of_its_own_before_it_writes(backend):
    params = Parameters({name: xpnet.asarray([float(k)]) for k, name in enumerate("ab")})
    params.update(a=params["b"], b=params["a"])
    assert [float(params[name][0]) for name in "ab"] == [1, 0]


def test_gradients_of_a_layer_on_its_own_are_updated_all_or_none(backend):
    layer = Affine(xpnet.asarray(np.ones((2, 3))), xpnet.asarray(np.ones(3)))
    good = {"W": xpnet.asarray(np.ones((2, 3))), "b": xpnet.asarray(np.ones(3))}
    with pytest.raises(ShapeError):
        layer.grads.update({**good, "b": good["W"]})
    assert layer.dW is None
    layer.grads.update(good)
    assert host(layer.db).tolist() == [1, 1, 1]
