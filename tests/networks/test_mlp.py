"""TwoLayerNet and MultiLayerNet: sizes, initial weights, seeds, and bad options."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError, OptionError, OutOfMemoryError
from xpnet.layers import (
    Affine,
    LeakyRelu,
    MeanSquaredError,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.networks import MultiLayerNet, TwoLayerNet


def shapes(net):
    return {name: tuple(array.shape) for name, array in net.params.items()}


def host(net):
    return xpnet.to_numpy(net.params.flat)


def test_two_layer_net_is_the_chapters(backend):
    net = TwoLayerNet(784, 50, 10)
    assert list(net.layers) == ["Affine1", "Relu1", "Affine2"]
    assert isinstance(net.last_layer, SoftmaxWithLoss)
    assert shapes(net) == {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
    assert net.dtype == "float32"
    assert net.backend is backend


def test_multi_layer_net_has_an_activation_between_its_layers(backend):
    net = MultiLayerNet(7, [5, 3], 2, activation="sigmoid")
    assert list(net.layers) == ["Affine1", "Sigmoid1", "Affine2", "Sigmoid2", "Affine3"]
    assert list(shapes(net).values()) == [(7, 5), (5,), (5, 3), (3,), (3, 2), (2,)]


def test_networks_are_for_mnist_unless_told_otherwise():
    assert [shape for shape in shapes(TwoLayerNet()).values() if len(shape) == 2] == [
        (784, 50),
        (50, 10),
    ]
    assert [shape for shape in shapes(MultiLayerNet()).values() if len(shape) == 2] == [
        (784, 100),
        (100, 50),
        (50, 10),
    ]
    for net in (TwoLayerNet(seed=0), MultiLayerNet(seed=0)):
        assert net.dtype == "float32"
    assert xpnet.to_numpy(TwoLayerNet(seed=0).params["W1"]).std() == pytest.approx(0.01, rel=0.02)
    assert list(MultiLayerNet().layers)[1] == "Relu1"


def test_batches_are_normalised_before_each_activation(backend):
    plain, net = (MultiLayerNet(7, [5, 3], 2, seed=0, batch_norm=on) for on in (False, True))
    names = ["Affine1", "BatchNorm1", "Relu1", "Affine2", "BatchNorm2", "Relu2", "Affine3"]
    assert list(net.layers) == names
    for name, param in plain.params.items():
        np.testing.assert_array_equal(xpnet.to_numpy(net.params[name]), xpnet.to_numpy(param))
    assert net["BatchNorm1"].options() == {"size": 5, "momentum": 0.1, "eps": 1e-5}
    assert list(MultiLayerNet(4, [], 3, batch_norm=True).layers) == ["Affine1"]


def test_entries_are_dropped_behind_each_activation_by_masks_of_their_own(backend):
    plain, net = (MultiLayerNet(7, [5, 3], 2, seed=0, dropout=rate) for rate in (0, 0.25))
    names = ["Affine1", "Relu1", "Dropout1", "Affine2", "Relu2", "Dropout2", "Affine3"]
    assert list(net.layers) == names
    np.testing.assert_array_equal(host(net), host(plain))
    first, second = net["Dropout1"], net["Dropout2"]
    assert first.rate == second.rate == 0.25
    assert first.seed != second.seed
    assert MultiLayerNet(7, [5, 3], 2, seed=0, dropout=0.5)["Dropout1"].seed == first.seed
    both = MultiLayerNet(7, [5], 2, dropout=0.5, batch_norm=True)
    assert list(both.layers) == ["Affine1", "BatchNorm1", "Relu1", "Dropout1", "Affine2"]


@pytest.mark.parametrize("wrong", [1, -0.1, None, "half", True])
def test_a_rate_that_cannot_be_is_refused(wrong):
    with pytest.raises(OptionError, match="dropout: expected a number from 0 to below 1"):
        MultiLayerNet(4, [3], 2, dropout=wrong)


@pytest.mark.parametrize("wrong", [None, 0.5, "yes", np.ones(2)])
def test_whether_batches_are_normalised_is_true_or_false(wrong):
    with pytest.raises(OptionError, match=r"batch_norm=.*expected True or False"):
        MultiLayerNet(4, [3], 2, batch_norm=wrong)


@pytest.mark.parametrize("sizes", [(), [], iter(())])
def test_multi_layer_net_without_hidden_layers_is_softmax_regression(sizes):
    assert list(MultiLayerNet(4, sizes, 3).layers) == ["Affine1"]


@pytest.mark.parametrize("sizes", [[5, 3], (5, 3), np.array([5, 3]), iter([5, 3])])
def test_hidden_sizes_are_any_iterable_of_whole_numbers(sizes):
    net = MultiLayerNet(np.int64(4), sizes, np.int32(2))
    assert [net.params[name].shape for name in ("W1", "W2", "W3")] == [(4, 5), (5, 3), (3, 2)]


def test_biases_start_at_zero_and_weights_with_the_given_deviation(backend):
    net = TwoLayerNet(400, 100, 10, weight_init_std=0.3, seed=0)
    W1, b1, W2, b2 = map(xpnet.to_numpy, net.params.values())
    assert not b1.any()
    assert not b2.any()
    assert W1.std() == pytest.approx(0.3, rel=0.02)
    assert W2.std() == pytest.approx(0.3, rel=0.1)
    assert abs(W1.mean()) < 0.01


@pytest.mark.parametrize(
    ("init", "deviation"), [("he", 0.1), ("xavier", 0.5**0.5 / 10), (0.7, 0.7)]
)
def test_weight_init_sets_the_deviation_by_the_fan_in(init, deviation):
    net = MultiLayerNet(200, [200], 200, weight_init=init, seed=0)
    assert net.params["W1"].std() == pytest.approx(deviation, rel=0.02)
    assert net.params["W2"].std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize("make", [TwoLayerNet, lambda **kw: MultiLayerNet(5, [4, 3], 2, **kw)])
def test_a_seed_means_the_same_weights(backend, make):
    np.testing.assert_array_equal(host(make(seed=3)), host(make(seed=3)))
    assert (host(make(seed=3)) != host(make(seed=4))).any()
    assert (host(make(seed=None)) != host(make(seed=None))).any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_seed_means_the_same_weights_on_every_backend(backend, dtype):
    here = TwoLayerNet(5, 4, 3, "he", seed=3, dtype=dtype)
    with xpnet.use_backend("numpy"):
        on_numpy = TwoLayerNet(5, 4, 3, "he", seed=3, dtype=dtype)
    np.testing.assert_array_equal(host(here), host(on_numpy), strict=True)


def test_both_dtypes_of_a_seed_are_equal_up_to_rounding(backend):
    single, double = (TwoLayerNet(5, 4, 3, "he", seed=3, dtype=d) for d in ("float32", "float64"))
    for name, array in double.params.items():
        found = xpnet.to_numpy(single.params[name])
        np.testing.assert_allclose(found, xpnet.to_numpy(array), rtol=1e-6)


def test_a_generator_is_drawn_from():
    rng = np.random.default_rng(3)
    first, second = TwoLayerNet(5, 4, 3, seed=rng), TwoLayerNet(5, 4, 3, seed=rng)
    np.testing.assert_array_equal(host(first), host(TwoLayerNet(5, 4, 3, seed=3)))
    assert (host(first) != host(second)).any()


BAD = {
    "no inputs": {"input_size": 0},
    "negative": {"input_size": -3},
    "fraction": {"input_size": 2.5},
    "text": {"input_size": "4"},
    "true": {"output_size": True},
    "missing": {"output_size": None},
    "no seed": {"seed": "today"},
    "negative seed": {"seed": -1},
    "whole numbers": {"dtype": "int64"},
    "bool": {"dtype": "bool"},
    "complex": {"dtype": "complex64"},
    "no dtype": {"dtype": "float33"},
}
BAD_INIT = [-0.1, float("nan"), float("inf"), "hee", True, None, [0.1]]


@pytest.mark.parametrize("options", BAD.values(), ids=BAD)
@pytest.mark.parametrize("kind", [TwoLayerNet, MultiLayerNet])
def test_a_bad_option_is_refused(backend, kind, options):
    with pytest.raises(OptionError):
        kind(**options)


@pytest.mark.parametrize("init", BAD_INIT)
def test_a_bad_weight_init_is_refused(init):
    with pytest.raises(OptionError, match="weight init"):
        TwoLayerNet(4, 3, 2, weight_init_std=init)
    with pytest.raises(OptionError, match="weight init"):
        MultiLayerNet(4, [3], 2, weight_init=init)


@pytest.mark.parametrize("sizes", [5, None, [5, 0], [5, -1], [2.0], ["5"], "55", [True]])
def test_bad_hidden_sizes_are_refused(sizes):
    with pytest.raises(OptionError, match="sizes"):
        MultiLayerNet(4, sizes, 2)


@pytest.mark.parametrize("size", [0, -1, 3.0, "3", False])
def test_a_bad_hidden_size_is_refused(size):
    with pytest.raises(OptionError, match="layer sizes"):
        TwoLayerNet(4, size, 2)


@pytest.mark.parametrize(
    ("activation", "kind"),
    [
        ("relu", Relu),
        ("leaky_relu", LeakyRelu),
        ("sigmoid", Sigmoid),
        ("tanh", Tanh),
        (Tanh, Tanh),
        (lambda: LeakyRelu(0.2), LeakyRelu),
    ],
)
def test_an_activation_is_a_name_or_what_makes_layers(activation, kind):
    net = MultiLayerNet(7, [5, 3], 2, activation=activation)
    first, second = (layer for layer in net if not isinstance(layer, Affine))
    assert type(first) is type(second) is kind
    assert first is not second
    if activation not in ("leaky_relu", kind):
        assert getattr(first, "slope", 0.2) == 0.2


def test_identity_puts_nothing_between_the_layers():
    assert list(MultiLayerNet(7, [5], 2, activation="identity").layers) == ["Affine1", "Affine2"]


@pytest.mark.parametrize("activation", ["ReLU", None, 3, ["tanh"]])
def test_an_unknown_activation_is_refused(activation):
    wanted = "'relu', 'leaky_relu', 'sigmoid', 'tanh', 'identity', or a class of layers$"
    with pytest.raises(OptionError, match=f"^activation=.*: expected {wanted}"):
        MultiLayerNet(4, [3], 2, activation=activation)


def test_a_layer_as_an_activation_is_refused_with_its_class():
    with pytest.raises(OptionError, match="pass the class Tanh, or a lambda"):
        MultiLayerNet(4, [3], 2, activation=Tanh())


@pytest.mark.parametrize(
    ("last_layer", "kind"),
    [
        ("softmax", SoftmaxWithLoss),
        ("mse", MeanSquaredError),
        (MeanSquaredError, MeanSquaredError),
        (MeanSquaredError(), MeanSquaredError),
    ],
    ids=str,
)
def test_a_last_layer_is_a_name_a_class_or_a_layer(last_layer, kind):
    assert type(MultiLayerNet(4, [3], 2, last_layer=last_layer).last_layer) is kind


def test_a_last_layer_that_was_given_is_the_one_in_the_network():
    last_layer = MeanSquaredError()
    assert MultiLayerNet(4, [3], 2, last_layer=last_layer).last_layer is last_layer


@pytest.mark.parametrize("last_layer", ["MSE", "hinge"])
def test_an_unknown_last_layer_is_refused(last_layer):
    with pytest.raises(OptionError, match="expected 'softmax', 'mse', or a loss layer"):
        MultiLayerNet(4, [3], 2, last_layer=last_layer)


def test_what_is_no_last_layer_is_refused_by_the_network():
    with pytest.raises(NetworkError, match="last_layer is None: expected an object with forward"):
        MultiLayerNet(4, [3], 2, last_layer=None)


def test_another_activation_and_loss_leave_the_weights_of_a_seed_as_they_are():
    wanted = MultiLayerNet(4, [3], 2, seed=5)
    found = MultiLayerNet(4, [3], 2, activation="tanh", last_layer="mse", seed=5)
    np.testing.assert_array_equal(host(found), host(wanted))


@pytest.mark.parametrize("size", [10**10, 10**15])
def test_a_network_that_no_memory_holds_is_refused_before_it_is_drawn(backend, size, monkeypatch):
    monkeypatch.setattr("xpnet.networks.mlp.weights", None)
    for make in (
        lambda: TwoLayerNet(1000, size, 2),
        lambda: TwoLayerNet(size, 1000, 2, dtype="float64"),
        lambda: MultiLayerNet(4, [3, 1000, size], 2),
        lambda: MultiLayerNet(4, [10**4] * 10**4, 2),
    ):
        with pytest.raises(OptionError, match=r"^layer sizes \[.*\]: needs more than the .* GB"):
            make()


@pytest.mark.parametrize("size", [2**63, 10**20, 10**5000], ids=["2**63", "10**20", "10**5000"])
def test_a_size_that_no_array_has_is_refused(size):
    with pytest.raises(OptionError, match="a layer size is beyond what any memory holds"):
        TwoLayerNet(4, size, 2)


def test_parameters_and_gradients_are_what_must_fit(monkeypatch):
    net = TwoLayerNet(1000, 50, 10, dtype="float64")
    needed = 2 * 8 * net.params.count
    monkeypatch.setattr("xpnet.checks.memory", lambda: needed)
    TwoLayerNet(1000, 50, 10, dtype="float64")
    monkeypatch.setattr("xpnet.checks.memory", lambda: needed - 1)
    with pytest.raises(OptionError, match="needs more than"):
        TwoLayerNet(1000, 50, 10, dtype="float64")


def test_small_integers_of_numpy_are_sizes_like_others():
    net = MultiLayerNet(np.uint8(200), [np.uint8(200)], np.uint8(200))
    assert net.params["W1"].shape == (200, 200)


@pytest.mark.parametrize("place", ["mlp.weights", "container.Parameters"])
def test_memory_that_runs_out_is_an_error_that_names_the_sizes(backend, place, monkeypatch):
    def run_out(*args):
        raise MemoryError

    monkeypatch.setattr(f"xpnet.networks.{place}", run_out)
    for make in (lambda: TwoLayerNet(4, 3, 2), lambda: MultiLayerNet(4, [3], 2)):
        with pytest.raises(OutOfMemoryError, match=r"^layer sizes \[4, 3, 2\]: out of memory on "):
            make()
