"""numerical_gradient: the two methods, backpropagation, and what stays untouched."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError, ShapeError
from xpnet.layers import Affine, Layer, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.networks.perturbed import PerturbedLosses

NETWORKS = {
    "two layers": lambda: TwoLayerNet(4, 3, 2, "he", seed=0, dtype="float64"),
    "relu": lambda: MultiLayerNet(4, [5, 3], 2, seed=3, dtype="float64"),
    "sigmoid": lambda: MultiLayerNet(
        4, [5, 3], 2, activation="sigmoid", weight_init="xavier", seed=0, dtype="float64"
    ),
    "no hidden layer": lambda: MultiLayerNet(4, [], 2, weight_init=1, seed=0, dtype="float64"),
}


@pytest.fixture(params=NETWORKS)
def net(request, backend):
    return NETWORKS[request.param]()


class Centred(Layer):
    """Subtracts the mean of the batch: rows depend on each other."""

    def forward(self, x):
        return x - x.mean(axis=0)

    def backward(self, dout):
        return dout - dout.mean(axis=0)


class CentredInTraining(Centred):
    """Does so in training alone."""

    rowwise = True
    training_rowwise = False

    def apply(self, x):
        return x

    def apply_training(self, x):
        return self.forward(x)


def centred(kind=Centred):
    rng = np.random.default_rng(0)

    def affine(rows, columns):
        W, b = rng.normal(size=(rows, columns)), rng.normal(size=columns)
        return Affine(xpnet.asarray(W), xpnet.asarray(b))

    layers = [affine(4, 3), Relu(), kind(), affine(3, 5), Sigmoid(), affine(5, 2)]
    return Network(layers, SoftmaxWithLoss())


def rows(batch, n, one_hot):
    x, t = batch[0][:n], batch[1][:n]
    return x, xpnet.asarray(np.eye(2)[xpnet.to_numpy(t)]) if one_hot else t


def assert_close(found, wanted, atol):
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        np.testing.assert_allclose(
            xpnet.to_numpy(found[name]), xpnet.to_numpy(array), rtol=0, atol=atol, err_msg=name
        )


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("n", [1, 3, 7])
def test_local_and_loop_agree(net, batch, n, one_hot):
    x, t = rows(batch, n, one_hot)
    local, loop = net.numerical_gradient(x, t), net.numerical_gradient(x, t, method="loop")
    assert_close(local, loop, atol=1e-9)


@pytest.mark.parametrize("one_hot", [False, True])
@pytest.mark.parametrize("n", [1, 3, 7])
def test_backpropagation_agrees(net, batch, n, one_hot):
    x, t = rows(batch, n, one_hot)
    slopes = net.numerical_gradient(x, t)
    assert_close(net.gradient(x, t), slopes, atol=1e-7)
    assert (xpnet.to_numpy(slopes.flat) != 0).any()


@pytest.mark.parametrize("method", ["local", "loop"])
def test_one_row_alone_agrees_with_backpropagation(net, batch, method):
    slopes = net.numerical_gradient(batch[0][0], 1, method=method)
    assert_close(net.gradient(batch[0][0], 1), slopes, atol=1e-7)


@pytest.mark.parametrize(("method", "perturbations"), [("local", True), ("loop", False)])
def test_the_loop_nudges_no_layer(backend, batch, monkeypatch, method, perturbations):
    calls, perturbed = [], Affine.perturbed

    def counted(*args):
        calls.append(args)
        return perturbed(*args)

    monkeypatch.setattr(Affine, "perturbed", counted)
    NETWORKS["relu"]().numerical_gradient(*batch, method=method)
    assert bool(calls) is perturbations


@pytest.mark.parametrize("kind", [Centred, CentredInTraining])
def test_layers_that_mix_rows_fall_back_to_the_loop(backend, batch, kind):
    net = centred(kind)
    local, loop = net.numerical_gradient(*batch), net.numerical_gradient(*batch, method="loop")
    assert_close(local, loop, atol=1e-9)
    assert_close(net.gradient(*batch), local, atol=1e-7)
    assert float(abs(net.params["W1"]).max()) > 0.1
    assert float(abs(local["W1"]).max()) > 0.01


@pytest.mark.parametrize("kind", [Centred, CentredInTraining])
def test_only_parameters_before_a_layer_that_mixes_rows_fall_back(backend, batch, kind):
    losses = PerturbedLosses(centred(kind), *batch)
    assert [losses.batchable(position) for position in (0, 3, 5)] == [False, True, True]


def test_the_result_has_the_layout_of_the_parameters(net, batch):
    slopes = net.numerical_gradient(*batch)
    assert net.params.same_layout(slopes)
    assert slopes is not net.grads


def test_a_wider_step_is_less_exact(backend, batch):
    net = NETWORKS["sigmoid"]()
    exact = net.gradient(*batch)
    errors = []
    for h in (1e-4, 1e-1):
        off = net.numerical_gradient(*batch, h=h).flat - exact.flat
        errors.append(float(abs(off).max()))
    assert errors[0] < 1e-8 < 1e-6 < errors[1]


@pytest.mark.parametrize("method", ["local", "loop"])
def test_parameters_are_left_bit_for_bit_as_they_were(net, batch, method):
    before = xpnet.to_numpy(net.params.flat).tobytes()
    net.numerical_gradient(*batch, method=method)
    assert xpnet.to_numpy(net.params.flat).tobytes() == before


@pytest.mark.parametrize("method", ["local", "loop"])
def test_gradients_are_left_as_they_were(net, batch, method):
    net.grads.flat[...] = 5
    net.numerical_gradient(*batch, method=method)
    assert (xpnet.to_numpy(net.grads.flat) == 5).all()


@pytest.mark.parametrize("method", ["local", "loop"])
def test_a_pending_backward_is_left_undisturbed(net, batch, method):
    wanted = net.gradient(*batch)
    net.loss(*batch)
    net.numerical_gradient(batch[0][:3] + 1, batch[1][:3], method=method)
    dout = net.last_layer.backward()
    for layer in reversed(list(net.layers.values())):
        dout = layer.backward(dout)
    assert_close(net.grads, wanted, atol=1e-15)


@pytest.mark.parametrize("method", ["global", "", None])
def test_an_unknown_method_is_refused(method):
    net = TwoLayerNet(4, 3, 2)
    with pytest.raises(OptionError, match=r"method=.*'local' or 'loop'"):
        net.numerical_gradient(np.ones((2, 4)), np.zeros(2, int), method=method)


@pytest.mark.parametrize("h", [0, -1e-4, float("nan"), float("inf")])
def test_a_bad_step_is_refused(h):
    with pytest.raises(OptionError, match="h="):
        TwoLayerNet(4, 3, 2).numerical_gradient(np.ones((2, 4)), np.zeros(2, int), h=h)


@pytest.mark.parametrize("method", ["local", "loop"])
@pytest.mark.parametrize("labels", [2, 4, 6])
def test_another_number_of_labels_is_refused(backend, batch, method, labels):
    t = xpnet.asarray(np.zeros(labels, int))
    with pytest.raises(ShapeError, match=rf"t is \({labels},\)"):
        TwoLayerNet(4, 3, 2).numerical_gradient(batch[0][:3], t, method=method)


@pytest.mark.parametrize("method", ["local", "loop"])
def test_no_rows_are_refused(backend, batch, method):
    with pytest.raises(ShapeError, match="at least one row"):
        TwoLayerNet(4, 3, 2).numerical_gradient(batch[0][:0], batch[1][:0], method=method)


def test_float32_gets_its_wider_step(backend, batch):
    net = TwoLayerNet(4, 3, 2, weight_init_std="he", seed=0)
    slopes = net.numerical_gradient(*batch)
    assert slopes.dtype == "float32"
    assert_close(net.gradient(*batch), slopes, atol=2e-3)


@pytest.mark.parametrize("activation", ["leaky_relu", "tanh"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_of_a_regression_the_local_way_and_the_loop_agree(backend, activation, outputs):
    net = MultiLayerNet(
        4, [5], outputs, activation=activation, last_layer="mse", seed=0, dtype="float64"
    )
    x, t = np.random.default_rng(0).normal(size=(2, 6, 4))
    t = t[:, 0] if outputs == 1 else t[:, :outputs]
    x, t = xpnet.asarray(x), xpnet.asarray(t)
    local, loop = (net.numerical_gradient(x, t, method=method) for method in ("local", "loop"))
    exact = net.gradient(x, t)
    for name in net.params:
        wanted = xpnet.to_numpy(loop[name])
        np.testing.assert_allclose(xpnet.to_numpy(local[name]), wanted, rtol=0, atol=1e-9)
        np.testing.assert_allclose(xpnet.to_numpy(exact[name]), wanted, rtol=0, atol=1e-6)
