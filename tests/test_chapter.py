"""The chapter's code over xpnet's names gives the numbers that study notes of the chapter print.

The slips of those notes (`np.dout`, `lasyLayer`) are corrected, as the book has them.
"""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import pytest

import xpnet
from xpnet.datasets import load_mnist
from xpnet.gradient import numerical_gradient
from xpnet.layers import AddLayer, Affine, MulLayer, Relu, SoftmaxWithLoss
from xpnet.networks import TwoLayerNet

PRINTED = {  # 5.7.3: the mean |difference| of each parameter, by the book's code
    "W1": 4.689236677889815e-10,
    "b1": 2.915377738366663e-09,
    "W2": 5.115742907919787e-09,
    "b2": 1.4018969399648417e-07,
}


def host(array):
    return np.asarray(xpnet.to_numpy(array))


def test_5_4_1_two_apples(capsys):
    mul_apple, mul_tax = MulLayer(), MulLayer()
    price = mul_tax.forward(mul_apple.forward(100, 2), 1.1)
    print(price)
    dapple_price, dtax = mul_tax.backward(1)
    dapple, dapple_num = mul_apple.backward(dapple_price)
    print(dapple, dapple_num, dtax)
    assert capsys.readouterr().out == "220.00000000000003\n2.2 110.00000000000001 200\n"


def test_5_4_2_apples_and_oranges(capsys):
    mul_apple, mul_orange, add, mul_tax = MulLayer(), MulLayer(), AddLayer(), MulLayer()
    all_price = add.forward(mul_apple.forward(100, 2), mul_orange.forward(150, 3))
    price = mul_tax.forward(all_price, 1.1)
    dall_price, dtax = mul_tax.backward(1)
    dapple_price, dorange_price = add.backward(dall_price)
    dorange, dorange_num = mul_orange.backward(dorange_price)
    dapple, dapple_num = mul_apple.backward(dapple_price)
    print(price)
    print(dapple_num, dapple, dorange, dorange_num, dtax)
    assert capsys.readouterr().out == (
        "715.0000000000001\n110.00000000000001 2.2 3.3000000000000003 165.0 650\n"
    )


def test_5_5_1_the_mask_is_printed_as_in_the_chapter(backend, capsys):
    relu, x = Relu(), xpnet.asarray([[1.0, -0.5], [-2.0, 3.0]])
    relu.forward(x)
    print(x)
    print(relu.mask)
    assert capsys.readouterr().out == (
        "[[ 1.  -0.5]\n [-2.   3. ]]\n[[False  True]\n [ True False]]\n"
    )


def test_5_6_1_one_row_by_shape_and_formula(backend):
    rng = np.random.default_rng(0)
    X, W, B = rng.random(2), rng.random((2, 3)), rng.random(3)
    Y = Affine(xpnet.asarray(W), xpnet.asarray(B)).forward(xpnet.asarray(X))
    assert Y.shape == (3,)
    np.testing.assert_allclose(host(Y), np.dot(X, W) + B, rtol=1e-15)


def test_5_6_2_the_bias_is_added_to_each_row_and_gathers_the_gradients(backend, capsys):
    W, B = xpnet.asarray([[10.0, 10.0, 10.0]]), xpnet.asarray([1.0, 2.0, 3.0])
    affine = Affine(W, B)
    Y = affine.forward(xpnet.asarray([[0.0], [1.0]]))  # X_dot_W is [[0, 0, 0], [10, 10, 10]]
    affine.backward(xpnet.asarray([[1, 2, 3], [4, 5, 6]]))
    print(Y.astype(int))
    print(affine.db.astype(int))
    assert capsys.readouterr().out == "[[ 1  2  3]\n [11 12 13]]\n[5 7 9]\n"


class ChapterNet:
    """The network of 5.7.2 over the layers of xpnet, with given weights."""

    def __init__(self, W1, b1, W2, b2):
        self.params = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
        self.layers = OrderedDict()
        self.layers["Affine1"] = Affine(self.params["W1"], self.params["b1"])
        self.layers["Relu1"] = Relu()
        self.layers["Affine2"] = Affine(self.params["W2"], self.params["b2"])
        self.lastLayer = SoftmaxWithLoss()

    def predict(self, x):
        for layer in self.layers.values():
            x = layer.forward(x)
        return x

    def loss(self, x, t):
        return self.lastLayer.forward(self.predict(x), t)

    def accuracy(self, x, t):
        y = self.predict(x).argmax(axis=1)
        if t.ndim != 1:
            t = t.argmax(axis=1)
        return (y == t).sum() / float(x.shape[0])

    def numerical_gradient(self, x, t):
        return {
            key: numerical_gradient(lambda W: self.loss(x, t), param)
            for key, param in self.params.items()
        }

    def gradient(self, x, t):
        self.loss(x, t)
        dout = self.lastLayer.backward(1)
        layers = list(self.layers.values())
        layers.reverse()
        for layer in layers:
            dout = layer.backward(dout)
        first, second = self.layers["Affine1"], self.layers["Affine2"]
        return {"W1": first.dW, "b1": first.db, "W2": second.dW, "b2": second.db}


@pytest.fixture
def twins(backend):
    """The chapter's network and ours, with the same weights, which they do not share."""
    ours = TwoLayerNet(12, 7, 4, weight_init_std=1.0, seed=0, dtype="float64")
    return ChapterNet(**{key: param.copy() for key, param in ours.params.items()}), ours


@pytest.fixture
def batch(backend):
    rng = np.random.default_rng(1)
    t = np.eye(4)[rng.integers(0, 4, 9)]
    return xpnet.asarray(rng.normal(size=(9, 12))), xpnet.asarray(t)


def assert_same(grads, wanted, atol):
    assert list(grads) == list(wanted)
    for key in grads:
        np.testing.assert_allclose(host(grads[key]), host(wanted[key]), rtol=0, atol=atol)


def test_5_7_2_the_chapters_network_agrees_with_ours(twins, batch):
    chapters, ours = twins
    assert float(chapters.loss(*batch)) == pytest.approx(float(ours.loss(*batch)), rel=1e-13)
    assert float(chapters.accuracy(*batch)) == ours.accuracy(*batch)
    assert_same(ours.gradient(*batch), chapters.gradient(*batch), atol=1e-14)


def test_5_7_2_its_plain_numerical_gradient_agrees_with_ours(twins, batch):
    chapters, ours = twins
    numerical = chapters.numerical_gradient(*batch)
    assert_same(ours.numerical_gradient(*batch), numerical, atol=1e-10)
    assert_same(chapters.gradient(*batch), numerical, atol=1e-6)


def test_5_7_4_the_chapters_loop_trains_both_alike(twins, batch):
    losses = []
    for network in twins:
        for _ in range(20):
            grad = network.gradient(*batch)
            for key in ("W1", "b1", "W2", "b2"):
                network.params[key] -= 0.1 * grad[key]
        losses.append(float(network.loss(*batch)))
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_5_7_4_the_chapters_loop_learns(twins, batch):
    chapters, _ = twins
    before = float(chapters.loss(*batch))
    for _ in range(50):
        grad = chapters.gradient(*batch)
        for key in grad:
            chapters.params[key] -= 0.1 * grad[key]
    assert float(chapters.loss(*batch)) < before / 4


@pytest.mark.parametrize("seed", range(4))
def test_5_7_3_each_mean_difference_is_at_most_the_printed_one(backend, seed):
    (x_train, t_train), _ = load_mnist(normalize=True, one_hot_label=True)
    x, t = (xpnet.asarray(array[:3], "float64") for array in (x_train, t_train))
    network = TwoLayerNet(
        input_size=784, hidden_size=50, output_size=10, seed=seed, dtype="float64"
    )
    numerical, backprop = network.numerical_gradient(x, t), network.gradient(x, t)
    for key, printed in PRINTED.items():
        assert float(abs(backprop[key] - numerical[key]).mean()) <= printed, key
