"""Stack: one walk forward and one backward, whatever is done with each layer."""

import numpy as np
import pytest

import xpnet
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet
from xpnet.networks.stack import Stack, apply, apply_training


class Add:
    """Adds a number, and remembers that it did."""

    def __init__(self, number):
        self.number = number

    def forward(self, x):
        self.saw = x
        return x + self.number

    def backward(self, dout):
        return dout * self.number


@pytest.fixture
def stack():
    return Stack({"a": Add(1), "b": Add(20), "c": Add(300)}, SoftmaxWithLoss())


def test_layers_are_complete_and_in_order(stack):
    assert stack.names == ("a", "b", "c")
    assert all(isinstance(layer, Layer) for layer in stack.every)
    assert stack.every == (*stack.layers, stack.last_layer)


def test_forward_and_backward_run_each_layer_once(stack):
    assert stack.forward(5) == 326
    assert stack.backward(1) == 6000


def test_a_walk_may_start_behind_the_first_layer(stack):
    assert stack.forward(5, start=1) == 325
    assert stack.backward(1, start=1) == 6000
    assert stack.backward(1, start=2) == 300
    assert (stack.forward(5, start=3), stack.backward(5, start=3)) == (5, 5)


def test_run_is_told_the_name_and_the_layer_and_gives_what_goes_on(stack):
    seen = []

    def run(name, layer, x):
        seen.append((name, layer, x))
        return x + 1

    assert stack.forward(0, run) == 3
    assert seen == [
        (n, layer, k) for k, (n, layer) in enumerate(zip("abc", stack.layers, strict=True))
    ]
    seen.clear()
    assert stack.backward(0, run, start=1) == 2
    assert [name for name, _, _ in seen] == ["c", "b"]


def test_apply_saves_nothing():
    relu = Relu()
    stack = Stack({"relu": relu}, SoftmaxWithLoss())
    assert stack.forward(np.array([-1.0, 2.0]), apply).tolist() == [0, 2]
    assert relu.mask is None


def test_the_training_function_is_computed_without_saving_anything():
    class Trained(Add):
        def apply(self, x):
            return x

        def apply_training(self, x):
            return x + self.number

    added = Trained(7)
    net = Stack({"a": added}, SoftmaxWithLoss())
    assert (net.forward(5, apply), net.forward(5, apply_training)) == (5, 12)
    assert not hasattr(added, "saw")


def test_release_reaches_every_layer(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.loss(xpnet.asarray(np.ones((2, 4)), "float32"), xpnet.asarray([0, 1]))
    assert net.layers["Relu1"].mask is not None
    net.stack.release()
    assert net.layers["Relu1"].mask is net.layers["Affine2"].x is net.last_layer.y is None


@pytest.mark.parametrize(("before", "first"), [(0, 0), (2, 2)])
def test_the_first_owner_is_the_first_layer_with_parameters(before, first):
    affine = Affine(np.eye(2), np.zeros(2))
    net = Network([*(Relu() for _ in range(before)), affine, Relu()], SoftmaxWithLoss())
    assert net.stack.first_owner == first


def test_without_parameters_the_first_owner_is_behind_all_layers():
    assert Stack({"a": Relu(), "b": Relu()}, SoftmaxWithLoss()).first_owner == 2


def test_the_gradient_of_the_loss_needs_no_dout():
    class Sum:
        def forward(self, x, t):
            return x.sum()

        def backward(self):
            return "gradient"

    assert Stack({"a": Add(1)}, Sum()).loss_gradient() == "gradient"
