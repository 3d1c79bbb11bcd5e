"""Layers that a user writes: with the Layer class behind them, or with nothing."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import Network
from xpnet.optimizers import SGD


class Plain:
    """As the chapter writes a layer: forward, backward, nothing else."""

    def forward(self, x):
        self.x = x
        return x * x

    def backward(self, dout):
        return dout * 2 * self.x


class Scale(Layer):
    """``y = g * x``, with a factor for each column that learns."""

    def __init__(self, size):
        self.add_params(g=xpnet.asarray(np.linspace(0.5, 1.5, size)))

    def forward(self, x):
        self.x = x
        return x * self.params["g"]

    def backward(self, dout):
        self.grads["g"] = (dout * self.x).sum(axis=0)
        return dout * self.params["g"]


class OwnDicts:
    """Parameters and gradients in dicts of its own."""

    def __init__(self):
        self.params = {"shift": xpnet.asarray(np.zeros(2))}
        self.grads = {"shift": None}

    def forward(self, x):
        return x + self.params["shift"]

    def backward(self, dout):
        self.grads["shift"] = dout.sum(axis=0)
        return dout


def affine(rows=4, columns=4):
    W = np.random.default_rng(0).normal(size=(rows, columns))
    return Affine(xpnet.asarray(W), xpnet.asarray(np.full(columns, 0.1)))


def networks():
    return {
        "plain": lambda: Network([affine(), Plain(), affine(4, 2)], SoftmaxWithLoss()),
        "plain first": lambda: Network([Plain(), affine(4, 2)], SoftmaxWithLoss()),
        "scale": lambda: Network([affine(), Scale(4), affine(4, 2)], SoftmaxWithLoss()),
        "scale first": lambda: Network([Scale(4), affine(4, 2)], SoftmaxWithLoss()),
        "own dicts": lambda: Network([affine(4, 2), OwnDicts()], SoftmaxWithLoss()),
    }


@pytest.fixture(params=networks())
def net(request, backend):
    return networks()[request.param]()


def test_the_gradient_is_the_slope_of_the_loss(net, batch):
    analytic, slopes = net.gradient(*batch), net.numerical_gradient(*batch)
    assert len(analytic) >= 2
    for name, array in analytic.items():
        slope = xpnet.to_numpy(slopes[name])
        np.testing.assert_allclose(xpnet.to_numpy(array), slope, atol=1e-7)
        assert (slope != 0).any()


def test_predict_takes_the_layers_as_they_are(net, batch):
    wanted = xpnet.asarray(batch[0], net.dtype)
    for layer in net.layers.values():
        wanted = layer.forward(wanted)
    scores = net.predict(batch[0], batch_size=2)
    np.testing.assert_allclose(xpnet.to_numpy(scores), xpnet.to_numpy(wanted), rtol=1e-12)


def test_steps_make_the_loss_smaller(net, batch):
    before, optimizer = float(net.loss(*batch)), SGD(lr=0.05)
    for _ in range(20):
        optimizer.update(net.params, net.gradient(*batch))
    assert float(net.loss(*batch)) < 0.95 * before


def test_parameters_of_a_layer_become_views_of_the_networks_buffer(backend):
    layer = Scale(4)
    net = Network([affine(), layer, affine(4, 2)], SoftmaxWithLoss())
    assert list(net.params) == ["W1", "b1", "g1", "W2", "b2"]
    net.params.flat[...] = 7
    assert xpnet.to_numpy(layer.params["g"]).tolist() == [7] * 4
    layer.params["g"][...] = 3
    assert xpnet.to_numpy(net.params["g1"]).tolist() == [3] * 4


def test_gradients_of_a_layer_are_written_into_the_networks_buffer(backend, batch):
    layer = OwnDicts()
    net = Network([affine(4, 2), layer], SoftmaxWithLoss())
    net.backprop(*batch)
    assert (xpnet.to_numpy(net.grads["shift1"]) != 0).all()
    net.grads.flat[...] = 7
    assert xpnet.to_numpy(layer.grads["shift"]).tolist() == [7, 7]


def test_two_layers_of_a_kind_have_parameters_of_their_own(backend, batch):
    net = Network([Scale(4), Scale(4), affine(4, 2)], SoftmaxWithLoss())
    SGD(lr=0.1).update(net.params, net.gradient(*batch))
    net.layers["Scale1"].params["g"][...] = 0
    assert (xpnet.to_numpy(net.params["g2"]) != 0).all()


def test_a_layer_with_its_parameters_in_attributes_is_refused_with_the_remedy():
    class ChapterAffine:
        def __init__(self, W, b):
            self.W, self.b, self.dW, self.db = W, b, None, None

        def forward(self, x):
            return x @ self.W + self.b

        def backward(self, dout):
            return dout @ self.W.T

    layer = ChapterAffine(np.eye(2), np.zeros(2))
    with pytest.raises(NetworkError, match=r"in attributes.*self\.add_params\(W=W"):
        Network([layer], SoftmaxWithLoss())


def test_parameters_of_the_last_layer_are_refused():
    with pytest.raises(NetworkError, match="the last layer has parameters"):
        Network([Relu()], Affine(np.eye(2), np.zeros(2)))


def test_layers_can_be_looked_at_but_not_replaced():
    net = Network([Relu()], SoftmaxWithLoss())
    with pytest.raises(TypeError, match="item assignment"):
        net.layers["Relu1"] = Relu()
