"""The graph of a network: its layers as nodes, its own gradients at the edges."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, MixedBackendError, ShapeError
from xpnet.graph import network_graph, trace
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


@pytest.fixture
def batch(backend):
    rng = np.random.default_rng(0)
    return xpnet.asarray(rng.random((6, 5)), dtype="float32"), xpnet.asarray([0, 1, 2, 0, 1, 2])


def leaves(loss):
    found, stack = {}, [loss]
    while stack:
        variable = stack.pop()
        stack += variable.inputs
        if variable.operation is None:
            found[variable.name] = variable
    return found


@pytest.mark.parametrize("activation", ["relu", "sigmoid"])
def test_loss_and_gradients_are_the_networks(batch, activation):
    net = MultiLayerNet(5, [4, 3], 3, activation=activation, seed=0)
    loss = network_graph(net, *batch)
    assert float(loss.value) == float(net.loss(*batch))
    grads, found = net.gradient(*batch), leaves(loss)
    assert set(found) == {"x", "t", *net.params}
    for name, gradient in grads.items():
        np.testing.assert_array_equal(
            xpnet.to_numpy(found[name].grad), xpnet.to_numpy(gradient), err_msg=name
        )


def test_the_gradient_of_the_input_is_there_too(batch):
    net = TwoLayerNet(5, 4, 3, weight_init_std=0.5, seed=0, dtype="float64")
    x, t = xpnet.asarray(batch[0], dtype="float64"), batch[1]
    loss = network_graph(net, x, t)
    slopes = xpnet.gradient.numerical_gradient(lambda x: net.loss(x, t), x)
    gradient = xpnet.to_numpy(leaves(loss)["x"].grad)
    np.testing.assert_allclose(gradient, xpnet.to_numpy(slopes), atol=1e-8)


def test_the_diagram_names_layers_and_parameters_and_shows_shapes(batch):
    diagram = trace(network_graph(TwoLayerNet(5, 4, 3, seed=0), *batch))
    labels = [(node.kind, node.label) for node in diagram.nodes]
    assert labels == [
        ("input", "x"),
        ("input", "W1"),
        ("input", "b1"),
        ("operation", "Affine1"),
        ("operation", "Relu1"),
        ("input", "W2"),
        ("input", "b2"),
        ("operation", "Affine2"),
        ("input", "t"),
        ("operation", "SoftmaxWithLoss"),
        ("output", "loss"),
    ]
    labels = next(edge for edge in diagram.edges if diagram.nodes[edge.source].label == "t")
    assert (labels.grad, diagram.nodes[labels.source].grad) == (None, None)
    for edge in set(diagram.edges[:-1]) - {labels}:
        assert edge.value.split(" ‖")[0] == edge.grad.split(" ‖")[0]
    assert diagram.edges[1].value.startswith("(5, 4) ‖")


def test_it_is_of_a_copy_as_the_network_is_now(batch):
    net = TwoLayerNet(5, 4, 3, seed=0)
    before = net.grads.flat.copy()
    loss = network_graph(net, *batch)
    found, value = leaves(loss), float(loss.value)
    first = {name: v.grad for name, v in found.items() if name != "t"}
    assert (net.grads.flat == before).all()
    net.params["W1"] += 1.0
    net.loss(*batch)
    loss.backward()
    assert float(loss.value) == value
    for name, gradient in first.items():
        assert (found[name].grad == gradient).all(), name


def test_a_layer_of_ones_own_without_parameters_is_a_node(batch):
    class Double(Layer):
        def forward(self, x):
            return x * 2

        def backward(self, dout):
            return dout * 2

    x, t = batch
    w = xpnet.asarray(np.full((5, 3), 0.1), dtype="float32")
    net = Network(
        [Double(), Affine(w, xpnet.asarray(np.zeros(3), dtype="float32"))], SoftmaxWithLoss()
    )
    loss = network_graph(net, x, t)
    assert loss.inputs[0].inputs[0].operation.symbol == "Double1"
    np.testing.assert_allclose(
        xpnet.to_numpy(leaves(loss)["W1"].grad), xpnet.to_numpy(net.gradient(x, t)["W1"])
    )


def test_pixels_are_cast_to_the_networks_dtype(backend):
    pixels = xpnet.asarray(np.arange(10).reshape(2, 5), dtype="uint8")
    loss = network_graph(TwoLayerNet(5, 4, 3, seed=0), pixels, xpnet.asarray([0, 1]))
    assert str(leaves(loss)["x"].value.dtype) == "float32"


def test_what_does_not_fit_is_refused_as_everywhere(batch, elsewhere):
    net, (x, t) = TwoLayerNet(5, 4, 3, seed=0), batch
    with pytest.raises(ShapeError, match="Affine"):
        network_graph(net, x[:, :3], t)
    with pytest.raises(LabelError):
        network_graph(net, x, xpnet.asarray(t, dtype="float32"))
    with pytest.raises(MixedBackendError, match="TwoLayerNet: "):
        network_graph(net, xpnet.asarray(xpnet.to_numpy(x), backend=elsewhere), t)
