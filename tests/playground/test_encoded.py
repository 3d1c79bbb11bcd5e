import base64

import numpy as np
import pytest

import xpnet.playground.encoded as module
from xpnet.errors import ArgumentTypeError, NetworkError
from xpnet.layers import (
    Affine,
    BatchNorm,
    Dropout,
    LeakyRelu,
    MeanSquaredError,
    Relu,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.networks import Network, TwoLayerNet
from xpnet.playground.encoded import encoded


class Squared(Relu):
    pass


class OtherLoss(SoftmaxWithLoss):
    pass


def net(layers=None, last=None, scale=1 / 255):
    layers = layers or [Affine(np.ones((4, 2)), np.zeros(2))]
    made = Network(layers, last or SoftmaxWithLoss())
    made.pixel_scale = scale
    return made


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_parameters_are_little_endian_numbers_in_order(dtype):
    small = TwoLayerNet(4, 3, 2, seed=0, dtype=dtype)
    small.pixel_scale = 0.5
    made = encoded(small)
    raw = base64.b64decode(made["layers"][0]["params"]["W"])
    numbers = np.frombuffer(raw, np.dtype(dtype).newbyteorder("<"))
    np.testing.assert_array_equal(numbers.reshape(4, 3), small.params["W1"])
    assert (made["dtype"], made["scale"], made["side"]) == (dtype, 0.5, 2)
    assert [layer["size"] for layer in made["layers"]] == [3, 3, 2]


def test_the_options_of_a_layer_are_there():
    made = encoded(net([Affine(np.ones((4, 2)), np.zeros(2)), LeakyRelu(0.2), Tanh()]))
    assert [layer["options"] for layer in made["layers"]] == [{}, {"slope": 0.2}, {}]


def test_dropout_is_left_out_as_in_inference():
    made = encoded(net([Affine(np.ones((4, 2)), np.zeros(2)), Dropout(0.5), Tanh()]))
    assert [layer["name"] for layer in made["layers"]] == ["Affine1", "Tanh1"]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: net([Affine(np.ones((4, 2)), np.zeros(2)), Squared()]), r"Squared1 \(Squared\)"),
        (lambda: net(last=MeanSquaredError()), "whose scores are those of classes, got <Network"),
        (
            lambda: net([Affine(np.ones((4, 2)), np.zeros(2)), BatchNorm(2)]),
            r"BatchNorm1 \(BatchNorm\), which a page cannot compute",
        ),
        (lambda: net(last=OtherLoss()), r"got the last layer \(OtherLoss\), which a page cannot"),
        (lambda: net([Relu()]), "expected a network with Affine layers"),
        (lambda: net([Affine(np.ones((5, 2)), np.zeros(2))]), "got one that takes 5 numbers"),
        (lambda: net(scale=None), r"set net\.pixel_scale"),
        (lambda: net([Affine(np.full((4, 2), np.nan), np.zeros(2))]), "finite parameters"),
        (
            lambda: net([Affine(np.ones((4, 2)), np.ones(2)), Affine(np.ones((3, 2)), np.ones(2))]),
            "Affine2 takes 3 values, and the layer before gives 2",
        ),
    ],
)
def test_another_network_is_refused_by_name(made, told):
    with pytest.raises(NetworkError, match=told):
        encoded(made())


def test_too_few_names_too_many_parameters_and_no_network_are_refused(monkeypatch):
    named = net()
    named.class_names = ["one"]
    with pytest.raises(NetworkError, match="expected 2 class names, one for each score, got 1"):
        encoded(named)
    monkeypatch.setattr(module, "MOST_PARAMETERS", 9)
    with pytest.raises(NetworkError, match="has 10 parameters, and a page holds at most 9"):
        encoded(net())
    with pytest.raises(ArgumentTypeError, match="expected a network"):
        encoded("digits.safetensors")
