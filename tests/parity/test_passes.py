import numpy as np
import pytest

from xpnet.layers import Affine, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.parity.passes import layer_operations, loss_name, repeat, result_name

X = np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]])
T = np.array([0, 1])


@pytest.fixture
def net():
    return TwoLayerNet(3, 4, 2, weight_init_std="he", seed=0, dtype="float64")


def test_the_operations_are_those_of_a_gradient(net):
    found = {operation.name: operation for operation in layer_operations(net, X, T)}
    grads = net.grads.copy()
    net.backprop(X, T)
    np.testing.assert_array_equal(net.grads.flat, grads.flat)
    np.testing.assert_array_equal(found["Affine2.forward"].results[""], net.predict(X))
    assert found["SoftmaxWithLoss.forward"].results[""] == net.loss(X, T)
    np.testing.assert_array_equal(found["Affine1.backward"].results["W"], net.grads["W1"])
    np.testing.assert_array_equal(
        found["Affine2.backward"].inputs[0], found["SoftmaxWithLoss.backward"].results[""]
    )


def test_a_repeated_operation_gives_the_same_results(net):
    other = net.astype("float64")
    for operation in layer_operations(net, X, T):
        found = repeat(other, operation, np.copy)
        assert list(found) == list(operation.results)
        for name, result in operation.results.items():
            np.testing.assert_array_equal(found[name], result)


def test_a_repeated_forward_starts_from_the_same_buffers():
    net = MultiLayerNet(3, [4], 2, batch_norm=True, dropout=0.5, seed=0, dtype="float64")
    other = net.astype("float64")
    other.loss(X, T)  # whose buffers are further on
    for operation in layer_operations(net, X, T):
        found = repeat(other, operation, np.copy)
        for name, result in operation.results.items():
            np.testing.assert_array_equal(found[name], result, err_msg=operation.name)
        if operation.name == "Dropout1.forward":
            assert operation.buffers["steps"].tolist() == [0]
            assert found["steps"].tolist() == [1]


def test_a_loss_whose_name_a_layer_has_is_called_last_layer(net):
    assert loss_name(net) == "SoftmaxWithLoss"
    layers = {"SoftmaxWithLoss": Relu(), "map": Affine(np.eye(3), np.zeros(3))}
    assert loss_name(Network(layers, SoftmaxWithLoss())) == "last_layer"


def test_results_are_named_after_operation_and_key(net):
    found = {operation.name: operation for operation in layer_operations(net, X, T)}
    backward = found["Affine1.backward"]
    assert [result_name(backward, key) for key in ("", "W")] == [
        "Affine1.backward",
        "Affine1.backward W",
    ]
