"""The chapter's graphs give the chapter's numbers, and those of the layers."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.graph import Variable, examples, trace
from xpnet.layers import Sigmoid, SoftmaxWithLoss


def inputs(y):
    return {n.label: (n.value, n.grad) for n in trace(y).nodes if n.kind == "input"}


def operations(y):
    return [n.label for n in trace(y).nodes if n.kind == "operation"]


def test_two_apples():
    price = examples.apple()
    assert price.value == 220.00000000000003
    assert inputs(price) == {"apple": ("100", "2.2"), "apples": ("2", "110"), "tax": ("1.1", "200")}


def test_apples_and_oranges():
    price = examples.orange()
    assert price.value == 715.0000000000001
    assert inputs(price) == {
        "apple": ("100", "2.2"),
        "apples": ("2", "110"),
        "orange": ("150", "3.3"),
        "oranges": ("3", "165"),
        "tax": ("1.1", "650"),
    }


def test_the_square_of_a_sum():
    z = examples.square()
    assert inputs(z) == {"x": ("2", "10"), "y": ("3", "10")}
    assert operations(z) == ["+", "**2"]


def test_the_sigmoid_is_four_nodes_or_one():
    four, one = examples.sigmoid(), examples.sigmoid(one_node=True)
    assert operations(four) == ["×", "exp", "+", "/"]
    assert operations(one) == ["sigmoid"]
    layer = Sigmoid()
    y = layer.forward(np.array([1.5]))
    assert four.value == one.value == pytest.approx(float(y[0]), rel=1e-15)
    slope = float(layer.backward(np.array([1.0]))[0])
    assert one.inputs[0].grad == pytest.approx(slope, rel=1e-14)
    assert inputs(four)["x"] == inputs(one)["x"]


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_softmax_with_loss_from_nodes_is_the_layer(backend, rows):
    rng = np.random.default_rng(rows)
    scores = xpnet.asarray(rng.normal(size=(rows, 5)) * 10)
    t = xpnet.asarray(rng.dirichlet(np.ones(5), size=rows))
    a = Variable(scores)
    loss = examples.softmax_nodes(a, Variable(t))
    loss.backward()
    layer = SoftmaxWithLoss()
    assert math.isclose(float(loss.value), float(layer.forward(scores, t)), rel_tol=1e-12)
    y_minus_t = (xpnet.to_numpy(layer.y) - xpnet.to_numpy(t)) / rows
    np.testing.assert_allclose(xpnet.to_numpy(a.grad), y_minus_t, atol=1e-14)
    np.testing.assert_allclose(xpnet.to_numpy(a.grad), xpnet.to_numpy(layer.backward()), atol=1e-14)


def test_the_softmax_graph_lives_on_the_current_backend(backend):
    loss = examples.softmax()
    assert xpnet.backend_of(loss.value) is backend
    assert float(loss.value) == pytest.approx(0.3057, abs=1e-4)
