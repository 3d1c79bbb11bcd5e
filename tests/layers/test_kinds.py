"""Every layer and function refuses what is no array of real numbers, in and out."""

from __future__ import annotations

import numpy as np
import pytest

from tests.strange_arrays import STRANGE, strange
from xpnet.functions import cross_entropy_error, one_hot, relu, sigmoid, softmax
from xpnet.layers import (
    AddLayer,
    Affine,
    BatchNorm,
    Dropout,
    MulLayer,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
)

X, T = np.ones((2, 3)), np.array([0, 1])


def affine():
    return Affine(np.ones((3, 3)), np.ones(3))


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("make", [affine, lambda: BatchNorm(3), Dropout, Relu, Sigmoid])
def test_a_layer_of_one_input_refuses_it_and_its_gradient(make, kind):
    layer, x = make(), strange(kind)
    for refused in (layer.forward, layer.apply):
        with pytest.raises(TypeError, match=f"^{type(layer).__name__}: {STRANGE[kind]}"):
            refused(x)
    layer.forward(X)
    with pytest.raises(TypeError, match=f"^{type(layer).__name__}: {STRANGE[kind]}"):
        layer.backward(x)


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("make", [AddLayer, MulLayer])
def test_a_layer_of_two_inputs_refuses_it_as_either_and_as_gradient(make, kind):
    layer, x = make(), strange(kind)
    for inputs in ((x, X), (X, x), (x, x), (x, 2.0)):
        with pytest.raises(TypeError, match=f"^{make.__name__}: {STRANGE[kind]}"):
            layer.forward(*inputs)
    layer.forward(X, X)
    with pytest.raises(TypeError, match=f"^{make.__name__}: {STRANGE[kind]}"):
        layer.backward(x)


@pytest.mark.parametrize("kind", STRANGE)
def test_the_loss_refuses_scores_labels_and_gradient(kind):
    layer = SoftmaxWithLoss()
    for call in (layer.forward, layer.apply, layer.row_losses):
        for x, t in (
            (strange(kind), T),
            (X, strange(kind)),
            (X, strange(kind, (2,))),
        ):
            with pytest.raises(TypeError, match=f"^SoftmaxWithLoss: {STRANGE[kind]}"):
                call(x, t)
    layer.forward(X, T)
    with pytest.raises(TypeError, match=f"^SoftmaxWithLoss: {STRANGE[kind]}"):
        layer.backward(strange(kind, ()))


@pytest.mark.parametrize("kind", STRANGE)
def test_affine_refuses_them_as_parameters(kind):
    for W, b in ((strange(kind), np.ones(3)), (np.ones((2, 3)), strange(kind, (3,)))):
        with pytest.raises(TypeError, match=f"^Affine: {STRANGE[kind]}"):
            Affine(W, b)
    layer = affine()
    with pytest.raises(TypeError, match=STRANGE[kind]):
        layer.W = strange(kind, (3, 3))
    with pytest.raises(TypeError, match=STRANGE[kind]):
        layer.grads["W"] = strange(kind, (3, 3))


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("function", [relu, sigmoid, softmax])
def test_functions_refuse_them(function, kind):
    with pytest.raises(TypeError, match=f"^{function.__name__}: {STRANGE[kind]}"):
        function(strange(kind))


@pytest.mark.parametrize("kind", STRANGE)
def test_functions_of_labels_refuse_them(kind):
    for y, t in ((strange(kind), T), (X, strange(kind)), (X, strange(kind, (2,)))):
        with pytest.raises(TypeError, match=f"^cross_entropy_error: {STRANGE[kind]}"):
            cross_entropy_error(y, t)
    with pytest.raises(TypeError, match=f"^one_hot: {STRANGE[kind]}"):
        one_hot(strange(kind, (2,)), 3)
