"""The architecture of a network: described by names, compared by classes and parameters."""

import json

import numpy as np
import pytest

from xpnet.checkpoints import Document, TensorFile
from xpnet.errors import CheckpointError
from xpnet.layers import (
    Affine,
    Layer,
    LeakyRelu,
    MeanSquaredError,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
)
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.networks.architecture import build_layers, check_alike, described


class Scale(Layer):
    def __init__(self, s):
        self.add_params(s=s)


class Plain:
    """Only what the chapter's layers have."""

    def forward(self, x):
        return x

    def backward(self, dout):
        return dout


def affine(rows, columns):
    return Affine(np.ones((rows, columns)), np.ones(columns))


def saved(net):
    return Document(json.loads(json.dumps(described(net))), "net")


def test_every_layer_is_described_with_its_parameters():
    net = Network(
        {"in": affine(2, 3), "act": Plain(), "size": Scale(np.ones(3))}, SoftmaxWithLoss()
    )
    assert described(net) == {
        "class": "Network",
        "layers": [
            {"name": "in", "class": "Affine", "params": {"W": "W1", "b": "b1"}},
            {"name": "act", "class": f"{__name__}.Plain", "params": {}},
            {"name": "size", "class": f"{__name__}.Scale", "params": {"s": "s1"}},
        ],
        "last_layer": "SoftmaxWithLoss",
    }


def test_a_network_is_like_itself_and_like_one_of_other_names():
    net = TwoLayerNet(4, 3, 2)
    check_alike(net, saved(net))
    layers = {"a": affine(4, 3), "b": Relu(), "c": affine(3, 2)}
    check_alike(Network(layers, SoftmaxWithLoss()), saved(net))


def test_a_class_of_ones_own_may_have_moved():
    net = Network([Plain(), affine(2, 2)], SoftmaxWithLoss())
    document = saved(net)
    document.values["layers"][0]["class"] = "__main__.Plain"
    check_alike(net, document)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: MultiLayerNet(4, [3], 2, activation="sigmoid"), "Affine -> Sigmoid -> Affine"),
        (lambda: MultiLayerNet(4, [3, 3], 2), "Affine -> Relu -> Affine -> Relu -> Affine"),
        (lambda: Network([affine(4, 2)], SoftmaxWithLoss()), "Affine -> SoftmaxWithLoss, got"),
        (lambda: Network([affine(4, 3), Relu(), affine(3, 2)], Plain()), "Affine -> Plain, got"),
    ],
)
def test_another_architecture_is_refused_by_its_layers(other, words):
    with pytest.raises(CheckpointError, match=f"net: expected .*{words}"):
        check_alike(other(), saved(TwoLayerNet(4, 3, 2)))


def test_other_parameters_are_refused_by_name():
    net = Network([Scale(np.ones(3))], SoftmaxWithLoss())
    document = saved(net)
    document.values["layers"][0]["params"] = {"slope": "slope1"}
    with pytest.raises(CheckpointError, match="expected the parameters s1, got slope1"):
        check_alike(net, document)


def test_the_layers_are_built_again_from_their_arrays():
    net = Network({"in": affine(2, 3), "act": Sigmoid()}, SoftmaxWithLoss())
    layers, last_layer = build_layers(TensorFile(dict(net.params), saved(net)), saved(net))
    assert list(layers) == ["in", "act"]
    assert layers["in"].W.tolist() == net.params["W1"].tolist()
    assert (type(layers["act"]), type(last_layer)) == (Sigmoid, SoftmaxWithLoss)


def test_the_options_of_a_layer_are_described_and_built_again():
    net = MultiLayerNet(4, [3], 2, activation=lambda: LeakyRelu(0.2), last_layer="mse")
    document = saved(net)
    wanted = {"name": "LeakyRelu1", "class": "LeakyRelu", "params": {}, "options": {"slope": 0.2}}
    assert document.values["layers"][1] == wanted
    assert "options" not in document.values["layers"][0]
    layers, last_layer = build_layers(TensorFile(dict(net.params), document), document)
    assert layers["LeakyRelu1"].slope == 0.2
    assert type(last_layer) is MeanSquaredError


@pytest.mark.parametrize("options", [{"slope": -1}, {"slope": "0.1"}, {"angle": 3}, {"self": 1}])
def test_options_that_make_no_layer_are_refused(options):
    net = MultiLayerNet(4, [3], 2, activation="leaky_relu")
    document = saved(net)
    document.values["layers"][1]["options"] = options
    with pytest.raises(CheckpointError, match="LeakyRelu cannot be made of"):
        build_layers(TensorFile(dict(net.params), document), document)


def test_options_that_are_no_mapping_are_refused():
    net = MultiLayerNet(4, [3], 2, activation="leaky_relu")
    document = saved(net)
    document.values["layers"][1]["options"] = [0.1]
    with pytest.raises(CheckpointError, match="expected options to be names and values"):
        build_layers(TensorFile(dict(net.params), document), document)


@pytest.mark.parametrize("name", ["mine.Layer", "Layer", "Gradient", "__doc__", "annotations", ""])
def test_what_is_no_layer_of_the_library_is_not_built(name):
    net = TwoLayerNet(4, 3, 2)
    document = saved(net)
    document.values["layers"][1]["class"] = name
    with pytest.raises(CheckpointError, match="expected a layer of xpnet"):
        build_layers(TensorFile(dict(net.params), document), document)


@pytest.mark.parametrize("params", [{"W": "W1"}, {"W": "b1", "b": "W1"}, {"self": "W1"}, {}])
def test_arrays_that_make_no_layer_are_refused(params):
    net = TwoLayerNet(4, 3, 2)
    document = saved(net)
    document.values["layers"][0]["params"] = params
    with pytest.raises(CheckpointError, match="Affine cannot be made of"):
        build_layers(TensorFile(dict(net.params), document), document)
