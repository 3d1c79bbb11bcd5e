"""Copies and moves: views stay attached, and nothing is shared with the original."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import BackendError, OptionError
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD

COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "astype": lambda net: net.astype("float64"),
    "astype same": lambda net: net.astype("float32"),
}


@pytest.fixture(params=COPIES)
def copied(request):
    return COPIES[request.param]


@pytest.fixture
def net(backend):
    return TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)


def host(array):
    return xpnet.to_numpy(array).copy()


def assert_views_of_flat(net):
    """Params, grads and the layers' entries show what is written into the flat buffers."""
    params, grads = host(net.params.flat), host(net.grads.flat)
    net.params.flat[...], net.grads.flat[...] = 7, 8
    affines = [net.layers["Affine1"], net.layers["Affine2"]]
    of_params = [*net.params.values(), *(a for layer in affines for a in (layer.W, layer.b))]
    of_grads = [*net.grads.values(), *(a for layer in affines for a in (layer.dW, layer.db))]
    assert all((host(array) == 7).all() for array in of_params)
    assert all((host(array) == 8).all() for array in of_grads)
    net.params.flat[...] = xpnet.asarray(params, backend=net.backend.name)
    net.grads.flat[...] = xpnet.asarray(grads, backend=net.backend.name)


def step(net, batch):
    SGD(lr=0.5).update(net.params, net.gradient(*batch))


def test_a_copy_predicts_what_the_original_predicts(net, batch, copied):
    made = copied(net)
    assert type(made) is type(net)
    assert made.backend is net.backend
    np.testing.assert_allclose(host(made.predict(batch[0])), host(net.predict(batch[0])), rtol=1e-5)


def test_a_copys_arrays_are_views_of_its_flat_buffers(net, copied):
    assert_views_of_flat(copied(net))


def test_an_originals_arrays_stay_views_of_its_flat_buffers(net, copied):
    copied(net)
    assert_views_of_flat(net)


def test_a_step_of_the_copy_changes_the_copy_alone(net, batch, copied):
    made = copied(net)
    before, before_made = host(net.predict(batch[0])), host(made.predict(batch[0]))
    step(made, batch)
    assert (host(made.predict(batch[0])) != before_made).all()
    np.testing.assert_array_equal(host(net.predict(batch[0])), before)


def test_a_step_of_the_original_changes_the_original_alone(net, batch, copied):
    made = copied(net)
    before, before_made = host(net.predict(batch[0])), host(made.predict(batch[0]))
    step(net, batch)
    assert (host(net.predict(batch[0])) != before).all()
    np.testing.assert_array_equal(host(made.predict(batch[0])), before_made)


def test_backprop_of_the_copy_leaves_the_originals_gradients(net, batch, copied):
    made = copied(net)
    net.grads.flat[...] = 5
    made.backprop(*batch)
    assert (host(net.grads.flat) == 5).all()
    assert (host(made.grads["b2"]) != 5).all()


def test_a_copy_of_a_copy_stays_attached(net, batch, copied):
    made = copied(copied(net))
    before = host(made.predict(batch[0]))
    step(made, batch)
    assert (host(made.predict(batch[0])) != before).all()


def test_deepcopy_and_pickle_carry_the_gradients(net, batch):
    net.backprop(*batch)
    for copied in (COPIES["deepcopy"], COPIES["pickle"]):
        np.testing.assert_array_equal(host(copied(net).grads.flat), host(net.grads.flat))


def test_astype_leaves_the_original_as_it_was(net, batch):
    flat, before = net.params.flat, host(net.params.flat)
    made = net.astype("float64")
    assert (net.dtype, made.dtype) == ("float32", "float64")
    assert net.params.flat is flat
    np.testing.assert_array_equal(host(net.params.flat), before)
    for name, array in made.params.items():
        np.testing.assert_array_equal(host(array), host(net.params[name]))


def test_astype_computes_in_the_new_dtype(net, batch):
    made = net.astype("float64")
    assert made.predict(batch[0]).dtype == made.loss(*batch).dtype == "float64"
    assert made.gradient(*batch)["W1"].dtype == made.grads.dtype == "float64"


def test_astype_refuses_a_dtype_that_cannot_learn(net):
    with pytest.raises(OptionError, match="dtype=int32"):
        net.astype("int32")


def test_to_moves_the_network_itself(net, elsewhere):
    assert net.to(elsewhere) is net
    assert net.backend.name == elsewhere
    arrays = [*net.params.values(), *net.grads.values(), net.layers["Affine2"].W]
    assert {xpnet.backend_of(array).name for array in arrays} == {elsewhere}


def test_to_moves_the_gradients_with_the_parameters(net, batch, elsewhere):
    net.backprop(*batch)
    params, grads = host(net.params.flat), host(net.grads.flat)
    net.to(elsewhere)
    np.testing.assert_array_equal(host(net.params.flat), params)
    np.testing.assert_array_equal(host(net.grads.flat), grads)
    assert (grads != 0).any()


def test_arrays_of_a_moved_network_are_views_of_its_flat_buffers(net, elsewhere):
    assert_views_of_flat(net.to(elsewhere))


def test_a_step_after_to_changes_predict(net, batch, elsewhere):
    before = host(net.predict(batch[0]))
    net.to(elsewhere)
    moved = [xpnet.asarray(array, backend=elsewhere) for array in batch]
    np.testing.assert_allclose(host(net.predict(moved[0])), before, rtol=1e-5, atol=1e-7)
    step(net, moved)
    assert (host(net.predict(moved[0])) != before).all()


def test_there_and_back_is_the_same_network(net, batch, backend, elsewhere):
    before = host(net.predict(batch[0]))
    net.to(elsewhere).to(backend.name)
    np.testing.assert_array_equal(host(net.predict(batch[0])), before)
    assert_views_of_flat(net)


def test_a_copy_that_moves_leaves_the_original_where_it_was(net, batch, backend, elsewhere):
    made = copy.deepcopy(net).to(elsewhere)
    assert (made.backend.name, net.backend) == (elsewhere, backend)
    made.params.flat[...] = 0
    assert (host(net.params["W1"]) != 0).all()


def test_to_forgets_what_loss_kept_on_the_old_backend(net, batch, elsewhere):
    net.loss(*batch)
    net.to(elsewhere)
    assert net.layers["Affine1"].x is net.layers["Relu1"].mask is net.last_layer.y is None


def test_to_where_it_is_moves_nothing(net, backend):
    flat = net.params.flat
    assert net.to(backend.name).params.flat is flat


def test_to_an_unknown_backend_moves_nothing(net, backend):
    flat = net.params.flat
    with pytest.raises(BackendError, match="unknown backend 'abacus'"):
        net.to("abacus")
    assert net.params.flat is flat
    assert net.backend is backend


def test_a_copy_keeps_names_and_settings(backend, copied):
    net = MultiLayerNet(4, [5, 3], 2, activation="sigmoid", seed=0)
    made = copied(net)
    assert list(made.layers) == list(net.layers)
    assert made.places == net.places
    assert all(made.layers[name] is not net.layers[name] for name in net.layers)
