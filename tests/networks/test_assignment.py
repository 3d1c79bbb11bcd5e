"""What is assigned to a layer's mappings reaches the network that the layer is in."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NetworkError, ShapeError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet
from xpnet.optimizers import SGD


def host(array):
    return xpnet.to_numpy(array).copy()


@pytest.fixture
def net(backend):
    return TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)


def full(layer, value, dtype="float32"):
    shapes = {name: array.shape for name, array in layer.params.items()}
    return {name: xpnet.asarray(np.full(shape, value), dtype) for name, shape in shapes.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mapping", ["params", "grads"])
def test_a_mapping_that_is_assigned_is_written_into_the_network(net, mapping, dtype):
    layer = net.layers["Affine2"]
    held = getattr(layer, mapping)
    setattr(layer, mapping, full(layer, 5, dtype))
    assert getattr(layer, mapping) is held
    named = getattr(net, mapping)
    assert (host(named["W2"]) == 5).all()
    assert (host(named["b2"]) == 5).all()
    assert (host(named["W1"]) != 5).all()
    assert named["W2"].dtype == "float32"


def test_the_layer_stays_a_part_of_the_network(net, batch):
    layer = net.layers["Affine1"]
    layer.params = full(layer, 0.5)
    before = host(layer.W)
    SGD(lr=1).update(net.params, net.gradient(*batch))
    assert (host(layer.W) != before).any()
    np.testing.assert_array_equal(host(layer.W), host(net.params["W1"]))


def test_the_mapping_of_another_networks_layer_is_copied(net):
    other = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=1)
    layer, source = net.layers["Affine1"], other.layers["Affine1"]
    layer.params = source.params
    np.testing.assert_array_equal(host(net.params["W1"]), host(source.W))
    net.params["W1"][...] = 7
    assert (host(source.W) != 7).all()


def test_what_does_not_fit_is_refused_and_nothing_written(net, elsewhere):
    layer, before = net.layers["Affine1"], host(net.params.flat)
    good = full(layer, 5)
    foreign = xpnet.asarray(np.ones(3), backend=elsewhere)
    for error, wrong in {
        NetworkError: {"W": good["W"]},
        ShapeError: {**good, "b": good["W"]},
        MixedBackendError: {**good, "b": foreign},
        TypeError: {**good, "b": None},
    }.items():
        with pytest.raises(error):
            layer.params = wrong
    with pytest.raises(NetworkError, match="the names must be W, b, and not W, b, c"):
        layer.params = {**good, "c": good["b"]}
    np.testing.assert_array_equal(host(net.params.flat), before)


def test_own_in_a_network_writes_into_it(net):
    layer = net.layers["Affine1"]
    layer.add_params(**full(layer, 5))
    assert (host(net.params["W1"]) == 5).all()
    assert layer.dW is net.grads["W1"]


class Shift(Layer):
    """A backward that makes its gradients a new mapping each time."""

    def __init__(self):
        self.add_params(s=xpnet.asarray(np.zeros(2)))

    def forward(self, x):
        return x + self.params["s"]

    def backward(self, dout):
        self.grads = {"s": dout.sum(axis=0)}
        return dout


def test_gradients_that_a_layer_assigns_reach_the_network(backend, batch):
    affine = Affine(xpnet.asarray(np.ones((4, 2))), xpnet.asarray(np.zeros(2)))
    net = Network([affine, Shift()], SoftmaxWithLoss())
    found = net.gradient(*batch)["s1"]
    np.testing.assert_allclose(host(found), host(net.numerical_gradient(*batch)["s1"]), atol=1e-8)
    assert host(found).any()


def test_a_layer_on_its_own_takes_other_mappings(backend):
    layer = Shift()
    layer.params = {"s": xpnet.asarray([1.0, 2.0])}
    assert host(layer.forward(xpnet.asarray([[0.0, 0.0]]))).tolist() == [[1, 2]]
    assert len(Layer.params) == len(Layer.grads) == len(Layer().params) == 0
