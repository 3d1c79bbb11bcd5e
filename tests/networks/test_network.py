"""loss, backprop and gradient: what is kept, released, written and handed out."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, NotForwardedError, ShapeError
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


@pytest.fixture
def net(backend):
    return TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)


def host(mapping):
    return {name: xpnet.to_numpy(array).copy() for name, array in mapping.items()}


def kept(net):
    affine1, relu, affine2 = net.layers.values()
    return [affine1.x, relu.mask, affine2.x, net.last_layer.y, net.last_layer.t]


def the_chapters_backward(net):
    dout = net.last_layer.backward(1)
    for layer in reversed(list(net.layers.values())):
        dout = layer.backward(dout)
    return dout


def test_loss_is_the_mean_cross_entropy(net, batch):
    scores = xpnet.to_numpy(net.predict(batch[0])).astype("float64")
    exp = np.exp(scores)
    picked = (exp / exp.sum(axis=1, keepdims=True))[range(7), xpnet.to_numpy(batch[1])]
    assert float(net.loss(*batch)) == pytest.approx(-np.log(picked).mean(), rel=1e-6)


def test_integer_and_one_hot_labels_give_one_loss_and_gradient(net, batch):
    rows = xpnet.asarray(np.eye(2)[xpnet.to_numpy(batch[1])])
    assert float(net.loss(batch[0], rows)) == pytest.approx(float(net.loss(*batch)), rel=1e-6)
    by_rows, by_numbers = host(net.gradient(batch[0], rows)), host(net.gradient(*batch))
    for name, array in by_numbers.items():
        np.testing.assert_allclose(by_rows[name], array, rtol=1e-5, atol=1e-7)


MASSES = {
    "weights of classes": [[0.1, 0], [0, 7], [0.1, 0], [0, 7], [0.1, 0], [0, 7], [0.1, 0]],
    "several labels": [[1, 1], [0, 1], [1, 1], [1, 0], [1, 1], [1, 1], [0, 1]],
    "some without": [[1, 0], [0, 0], [0, 0], [0, 1], [0, 0], [1, 0], [0, 0]],
    "none at all": [[0, 0]] * 7,
    "negative": [[1.5, -0.5], [-1, 0], [0, 1], [1, -1], [0.5, 0.5], [-2, 3], [1, 0]],
}


@pytest.mark.parametrize("method", ["local", "loop"])
@pytest.mark.parametrize("mass", MASSES)
def test_rows_of_labels_of_any_mass_agree_with_central_differences(net, batch, mass, method):
    net, t = net.astype("float64"), xpnet.asarray(MASSES[mass], "float64")
    found = host(net.gradient(batch[0], t))
    for name, array in host(net.numerical_gradient(batch[0], t, method=method)).items():
        np.testing.assert_allclose(found[name], array, atol=1e-6)


def test_loss_keeps_what_the_chapters_backward_needs(net, batch):
    wanted = host(net.gradient(*batch))
    net.loss(*batch)
    assert the_chapters_backward(net).shape == (7, 4)
    for name, array in host(net.grads).items():
        np.testing.assert_allclose(array, wanted[name], rtol=1e-6)


def test_gradient_releases_what_loss_kept(net, batch):
    net.loss(*batch)
    assert not any(array is None for array in kept(net))
    net.gradient(*batch)
    assert kept(net) == [None] * 5


def test_backward_after_gradient_says_that_the_network_forgot(net, batch):
    net.gradient(*batch)
    with pytest.raises(NotForwardedError, match="forgets"):
        net.layers["Affine2"].backward(xpnet.asarray(np.ones((7, 2), "float32")))


def test_a_gradient_that_fails_releases_too(net, batch):
    with pytest.raises(ShapeError):
        net.gradient(batch[0], batch[1][:3])
    assert kept(net) == [None] * 5


def test_gradient_is_a_new_mapping_each_time(net, batch):
    first, second = net.gradient(*batch), net.gradient(*batch)
    assert first is not second
    assert first is not net.grads
    first.flat[...] = 9
    assert (xpnet.to_numpy(second.flat) != 9).all()
    assert (xpnet.to_numpy(net.grads.flat) != 9).all()


def test_a_later_gradient_does_not_alter_an_earlier_one(net, batch):
    x, t = batch
    earlier = net.gradient(x, t)
    before = host(earlier)
    later = host(net.gradient(-x, 1 - t))
    assert any((before[name] != later[name]).any() for name in before)
    for name, array in host(earlier).items():
        np.testing.assert_array_equal(array, before[name])


def test_gradient_has_the_layout_of_the_parameters(net, batch):
    assert net.params.same_layout(net.gradient(*batch))


def test_backprop_writes_into_grads_in_place(net, batch):
    flat = net.grads.flat
    wanted, loss = host(net.gradient(*batch)), float(net.loss(*batch))
    flat[...] = 5
    assert float(net.backprop(*batch)) == loss
    assert net.grads.flat is flat
    for name, array in host(net.grads).items():
        np.testing.assert_array_equal(array, wanted[name])


def test_backprop_does_not_add_to_what_was_there(net, batch):
    net.backprop(*batch)
    once = host(net.grads)
    net.backprop(*batch)
    for name, array in host(net.grads).items():
        np.testing.assert_array_equal(array, once[name])


def test_gradient_leaves_the_parameters_alone(net, batch):
    before = host(net.params)
    net.gradient(*batch)
    for name, array in host(net.params).items():
        np.testing.assert_array_equal(array, before[name])


def test_one_row_has_the_gradient_of_a_batch_of_one(net, batch):
    x, t = batch
    alone, as_batch = host(net.gradient(x[0], 1)), host(net.gradient(x[:1], t[1:2]))
    for name, array in as_batch.items():
        np.testing.assert_allclose(alone[name], array, rtol=1e-6)


@pytest.mark.parametrize("call", ["loss", "gradient", "backprop"])
def test_no_rows_are_refused(net, batch, call):
    with pytest.raises(ShapeError, match="at least one row"):
        getattr(net, call)(batch[0][:0], batch[1][:0])


@pytest.mark.parametrize("label", [-1, 2])
def test_labels_out_of_range_are_refused_on_numpy(label):
    net = TwoLayerNet(4, 3, 2)
    with pytest.raises(LabelError, match="2 classes"):
        net.gradient(np.ones((1, 4)), np.array([label]))


class Called(Layer):
    """Passes on, and remembers that it was run backward."""

    def __init__(self):
        self.calls = []

    def forward(self, x):
        return x

    def backward(self, dout):
        self.calls.append("backward")
        return dout


class CalledAffine(Affine):
    def __init__(self, W, b):
        super().__init__(W, b)
        self.calls = []

    def backward(self, dout):
        self.calls.append("backward")
        return super().backward(dout)

    def backward_params(self, dout):
        self.calls.append("backward_params")
        super().backward_params(dout)


def called_stack():
    def affine():
        W = xpnet.asarray(np.eye(4), "float32")
        return CalledAffine(W, xpnet.asarray(np.zeros(4), "float32"))

    return Network([Called(), affine(), Called(), affine(), Relu()], SoftmaxWithLoss())


def test_the_first_owner_of_parameters_is_asked_for_them_only(backend, batch):
    net = called_stack()
    net.gradient(*batch)
    assert net.layers["CalledAffine1"].calls == ["backward_params"]
    assert net.layers["CalledAffine2"].calls[0] == "backward"


def test_layers_before_the_first_owner_are_not_run_backward(backend, batch):
    net = called_stack()
    net.gradient(*batch)
    assert net.layers["Called1"].calls == []
    assert net.layers["Called2"].calls == ["backward"]


def test_deep_networks_agree_with_the_chapters_backward(backend, batch):
    net = MultiLayerNet(4, [5, 3, 4], 2, activation="sigmoid", seed=0, dtype="float64")
    wanted = host(net.gradient(*batch))
    net.loss(*batch)
    the_chapters_backward(net)
    for name, array in host(net.grads).items():
        np.testing.assert_allclose(array, wanted[name], rtol=1e-12)
        assert (array != 0).any()
