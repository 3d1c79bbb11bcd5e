"""Each layer as an operator of ONNX, and the refusal of others by name."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.errors import NetworkError
from xpnet.export.onnx_layers import expressed, expressed_loss
from xpnet.layers import Affine, LeakyRelu, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network


class Leaky(Relu):
    pass


class Hinge(SoftmaxWithLoss):
    pass


def test_every_layer_of_a_network_has_its_operator():
    net = MultiLayerNet(4, [3], 2, activation="sigmoid")
    operators = {name: node.operator for name, node in expressed(net).items()}
    assert operators == {"Affine1": "Gemm", "Sigmoid1": "Sigmoid", "Affine2": "Gemm"}
    assert expressed_loss(net).operator == "Softmax"


@pytest.mark.parametrize(
    ("activation", "operator", "attributes"),
    [("tanh", "Tanh", {}), (lambda: LeakyRelu(0.2), "LeakyRelu", {"alpha": 0.2})],
)
def test_activations_have_their_options(activation, operator, attributes):
    node = list(expressed(MultiLayerNet(4, [3], 2, activation=activation)).values())[1]
    assert (node.operator, node.attributes) == (operator, attributes)


def test_a_regression_has_no_probabilities():
    assert expressed_loss(MultiLayerNet(4, [3], 2, last_layer="mse")) is None


def test_layers_and_losses_of_ones_own_are_refused_by_name():
    affine = Affine(np.ones((2, 2)), np.ones(2))
    net = Network({"first": affine, "leak": Leaky()}, Hinge())
    with pytest.raises(NetworkError, match=r"leak \(Leaky\) cannot .* one of Affine, Batch"):
        expressed(net)
    with pytest.raises(NetworkError, match=r"last_layer \(Hinge\) cannot .* SoftmaxWithLoss, Mean"):
        expressed_loss(net)
