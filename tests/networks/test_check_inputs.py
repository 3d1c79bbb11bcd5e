"""The door: arrays of two backends, numbers and lists never get in."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, ShapeError
from xpnet.layers import Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

CALLS = ["predict", "loss", "accuracy", "gradient", "backprop", "numerical_gradient"]


def call(net, name, x, t):
    return net.predict(x) if name == "predict" else getattr(net, name)(x, t)


@pytest.mark.parametrize("name", CALLS)
def test_rows_of_another_backend_are_refused(backend, elsewhere, batch, name):
    net, x = TwoLayerNet(4, 3, 2), xpnet.asarray(batch[0], backend=elsewhere)
    wanted = rf"TwoLayerNet: x is a {elsewhere} array of shape \(7, 4\).*xpnet.asarray"
    with pytest.raises(MixedBackendError, match=wanted):
        call(net, name, x, xpnet.asarray(batch[1], backend=elsewhere))


@pytest.mark.parametrize("name", CALLS[1:])
def test_labels_of_another_backend_are_refused(backend, elsewhere, batch, name):
    net, t = MultiLayerNet(4, [3], 2), xpnet.asarray(batch[1], backend=elsewhere)
    with pytest.raises(MixedBackendError, match=f"MultiLayerNet: .*t is a {elsewhere} array"):
        call(net, name, batch[0], t)


@pytest.mark.parametrize("name", CALLS)
def test_a_refusal_leaves_the_gradients_alone(backend, elsewhere, batch, name):
    net = TwoLayerNet(4, 3, 2)
    net.grads.flat[...] = 5
    with pytest.raises(MixedBackendError):
        call(net, name, xpnet.asarray(batch[0], backend=elsewhere), batch[1])
    assert (xpnet.to_numpy(net.grads.flat) == 5).all()


@pytest.mark.parametrize("name", CALLS)
def test_lists_are_refused_with_the_way_out(backend, batch, name):
    with pytest.raises(TypeError, match=r"TwoLayerNet: got a list.*xpnet\.asarray"):
        call(TwoLayerNet(4, 3, 2), name, [[1.0, 2.0, 3.0, 4.0]], batch[1])


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("as_array", [False, True])
def test_one_number_is_refused(backend, batch, name, as_array):
    number = xpnet.asarray(3.0) if as_array else 3.0
    with pytest.raises(ShapeError, match="x is one number"):
        call(TwoLayerNet(4, 3, 2), name, number, batch[1])


def test_a_network_without_parameters_lives_where_it_was_made(backend, elsewhere, batch):
    net = Network([Relu()], SoftmaxWithLoss())
    assert net.backend is backend
    with pytest.raises(MixedBackendError, match=r"^Network: "):
        net.predict(xpnet.asarray(batch[0], backend=elsewhere))


@pytest.mark.parametrize("name", CALLS[1:])
@pytest.mark.parametrize("labels", [6, 8])
def test_another_number_of_labels_is_refused(backend, batch, name, labels):
    t = xpnet.asarray(np.zeros(labels, int))
    with pytest.raises(ShapeError):
        call(TwoLayerNet(4, 3, 2), name, batch[0], t)
