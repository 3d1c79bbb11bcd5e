"""Several nodes as one: the same value, the same gradients."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import GraphError
from xpnet.graph import Variable, collapse
from xpnet.graph.examples import sigmoid_nodes


def test_the_sigmoid_collapses_to_a_node_with_the_gradient_of_the_layer(backend):
    x = Variable(xpnet.asarray(np.linspace(-4, 4, 9)))
    many = sigmoid_nodes(x)
    one = collapse(many, symbol="sigmoid")
    dout = xpnet.asarray(np.arange(9.0))
    gradients = []
    for y in (many, one, x.sigmoid()):
        y.backward(dout)
        gradients.append(xpnet.to_numpy(x.grad))
    assert one.inputs == (x,)
    assert one.value is many.value
    np.testing.assert_array_equal(gradients[0], gradients[1])
    np.testing.assert_allclose(gradients[2], gradients[1], rtol=1e-12)


def test_it_may_begin_in_the_midst_of_a_graph():
    x, w = Variable(0.5), Variable(3.0)
    a = x * w
    one = collapse(sigmoid_nodes(a), a, symbol="sigmoid") + x
    many = sigmoid_nodes(a) + x
    one.backward()
    expected = [v.grad for v in (one, x, w, a)]
    many.backward()
    assert expected == [v.grad for v in (many, x, w, a)]
    assert len(one.inputs[0].inputs) == 1


def test_an_input_that_leads_to_another_input_is_not_counted_twice():
    x = Variable(2.0)
    a = x * x
    collapse(a * x, a, x, symbol="f").backward()
    assert (a.grad, x.grad) == (2.0, 12.0)


def test_the_nodes_inside_keep_the_gradients_they_had():
    x = Variable(2.0)
    inside = x * 3
    y = inside * inside
    collapse(y, symbol="f").backward()
    assert (inside.grad, x.grad) == (None, 36.0)


class TestRefusals:
    def test_an_input_that_is_no_ancestor(self):
        x, stranger = Variable(1.0), Variable(2.0, name="w")
        with pytest.raises(GraphError, match=r"does not depend on .*name='w'\): leave it out"):
            collapse(x * 2, x, stranger, symbol="f")

    def test_a_variable_whose_gradient_would_be_lost(self):
        x, w = Variable(1.0), Variable(2.0, name="w")
        with pytest.raises(GraphError, match=r"also depends on .*name='w'\): add it to the inputs"):
            collapse(x * w, x, symbol="f")

    def test_nothing_between(self):
        with pytest.raises(GraphError, match="no nodes to collapse"):
            collapse(Variable(1.0), symbol="f")

    def test_the_output_itself_is_no_input(self):
        y = Variable(1.0) * 2
        with pytest.raises(GraphError, match="does not depend on"):
            collapse(y, y, symbol="f")
