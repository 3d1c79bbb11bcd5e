"""The order of a graph, and the chain rule through it."""

from __future__ import annotations

import pytest

from xpnet.errors import GraphError
from xpnet.graph import Variable
from xpnet.graph.propagation import gradients, input_gradients, topological_order


def test_every_variable_comes_after_its_inputs():
    x, y = Variable(2.0), Variable(3.0)
    z = (x * y + x) * (y - x * y)
    order = topological_order(z)
    places = {id(variable): place for place, variable in enumerate(order)}
    assert len(places) == len(order) == 7
    assert order[-1] is z
    for variable in order:
        assert all(places[id(s)] < places[id(variable)] for s in variable.inputs)


def test_inputs_come_in_the_order_in_which_they_are_used():
    x, y, z = (Variable(1.0, name) for name in "xyz")
    assert [v.name for v in topological_order((x * y) + z) if v.name] == ["x", "y", "z"]


def test_a_chain_of_100_000_nodes_works():
    x = y = Variable(1.0)
    for _ in range(100_000):
        y = y + 0.5
    y.backward()
    assert (y.value, x.grad) == (50_001.0, 1)


def test_a_node_with_many_paths_to_it_is_visited_once():
    x = y = Variable(1.0)
    for _ in range(200):  # 2**200 paths
        y = y + y
    y.backward()
    assert x.grad == 2**200


def test_a_cycle_is_refused():
    x = Variable(1.0)
    y = x * 2
    z = y + 1
    y.inputs = (z, x)
    with pytest.raises(GraphError, match=r"a cycle: .* make a new variable"):
        z.backward()


def test_a_variable_made_from_itself_is_a_cycle():
    y = Variable(1.0) * 2
    y.inputs = (y, y)
    with pytest.raises(GraphError, match="a cycle"):
        topological_order(y)


def test_the_propagation_stops_at_the_ends():
    x = Variable(2.0)
    y = x * 3
    z = y * y
    assert {id(v) for v in topological_order(z, ends=[y])} == {id(y), id(z)}
    assert [(v is z or v is y, gradient) for v, gradient in gradients(z, 1, ends=[y])] == [
        (True, 1),
        (True, 12.0),
    ]


def test_input_gradients_are_those_of_one_node():
    x = Variable(3.0)
    y = x * x
    assert input_gradients(y, 10.0) == (30.0, 30.0)
    assert input_gradients(x, 10.0) == ()
