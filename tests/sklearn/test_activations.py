"""The activations of hidden layers, beside the layers they are."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.layers import Relu
from xpnet.sklearn.activations import ACTIVATIONS, activation_of

X = np.array([[-3.0, -0.5, 0.0], [1e-9, 2.0, 40.0]])
DOUT = np.arange(1.0, 7).reshape(2, 3)


@pytest.mark.parametrize("name", ["logistic", "tanh", "relu"])
def test_an_activation_gives_what_its_layer_gives(name, backend):
    activation = ACTIVATIONS[name]
    layer = activation.layer()
    expected = layer.forward(xpnet.asarray(X)), layer.backward(xpnet.asarray(DOUT))
    y = activation.forward(backend, xpnet.asarray(X.copy()))
    got = y, activation.backward(backend, xpnet.asarray(DOUT.copy()), y)
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(xpnet.to_numpy(one), xpnet.to_numpy(other), rtol=1e-15)


def test_the_identity_gives_what_it_gets(backend):
    activation = ACTIVATIONS["identity"]
    assert activation.layer is None
    assert activation.forward(backend, X) is X
    assert activation.backward(backend, DOUT, X) is DOUT


def test_an_activation_is_known_by_its_layer():
    assert activation_of(Relu()) is ACTIVATIONS["relu"]
    assert activation_of(None) is ACTIVATIONS["identity"]
