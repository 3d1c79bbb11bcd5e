import numpy as np
import pytest

import xpnet
from xpnet.layers import Affine, Relu, SoftmaxWithLoss
from xpnet.networks import Network
from xpnet.report import weights
from xpnet.report.weights import first_weights


@pytest.fixture(autouse=True)
def drawn(monkeypatch):
    """What is drawn, instead of being drawn."""
    made = []
    monkeypatch.setattr(weights, "png_uri", lambda *arguments: made.append(arguments) or "data:")
    return made


def test_each_unit_is_a_picture_with_zero_in_the_middle(new_trainer, drawn):
    trainer = new_trainer()
    found = first_weights(trainer)
    W = xpnet.to_numpy(trainer.net.params["W1"])
    assert (found.layer, found.units, len(found.pictures)) == ("Affine1", 6, 6)
    pixels, low, high, _ = drawn[2]
    np.testing.assert_array_equal(pixels, W[:, 2].reshape(5, 5))
    assert -low == high == found.strong
    assert (np.abs(W) > found.strong).mean() < 0.02


def test_of_many_units_the_first_hundred_are_shown(new_trainer):
    found = first_weights(new_trainer(hidden=120))
    assert (found.units, len(found.pictures)) == (120, 100)


def test_a_layer_before_it_without_parameters_is_passed_over(new_trainer):
    arrays = np.ones((25, 3), "float32"), np.zeros(3, "float32")
    net = Network([Relu(), Affine(*map(xpnet.asarray, arrays))], SoftmaxWithLoss())
    assert first_weights(new_trainer(net=net)).layer == "Affine1"


def test_a_layer_of_zeros_is_shown(new_trainer, drawn):
    trainer = new_trainer()
    trainer.net.params["W1"] = 0 * trainer.net.params["W1"]
    assert first_weights(trainer) is not None
    assert drawn[0][1:3] == (-1, 1)


def test_weights_of_rows_that_are_no_pictures_are_not_shown(new_trainer, pictures):
    x, t = pictures()
    assert first_weights(new_trainer((x[:, :24], t), None)) is None


def test_weights_that_are_not_finite_are_not_shown(new_trainer):
    trainer = new_trainer()
    trainer.net.params["W1"][0, 0] = float("inf")
    assert first_weights(trainer) is None


def test_a_first_layer_of_another_kind_is_not_shown(new_trainer):
    class Shift:
        def __init__(self):
            self.params = {"s": xpnet.asarray(np.zeros(25, "float32"))}
            self.grads = {"s": xpnet.asarray(np.zeros(25, "float32"))}

        def forward(self, x):
            return x + self.params["s"]

        def backward(self, dout):
            self.grads["s"] = dout.sum(axis=0)
            return dout

    arrays = np.ones((25, 3), "float32"), np.zeros(3, "float32")
    net = Network([Shift(), Affine(*map(xpnet.asarray, arrays))], SoftmaxWithLoss())
    assert first_weights(new_trainer(net=net)) is None
