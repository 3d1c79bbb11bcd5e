"""The order of a graph, and the chain rule through it."""

from __future__ import annotations

import pytest

from xpnet.errors import GraphError
from xpnet.graph import Variable
from xpnet.graph.propagation import contributions, gradients, in_order


def test_every_variable_stands_behind_those_it_is_made_from():
    x, y = Variable(2.0), Variable(3.0)
    z = (x * y + x) * (y - x * y)
    order = in_order(z)
    places = {id(variable): place for place, variable in enumerate(order)}
    assert len(places) == len(order) == 7
    assert order[-1] is z
    for variable in order:
        assert all(places[id(s)] < places[id(variable)] for s in variable.inputs)


def test_inputs_come_in_the_order_in_which_they_are_used():
    x, y, z = (Variable(1.0, name) for name in "xyz")
    assert [v.name for v in in_order((x * y) + z) if v.name] == ["x", "y", "z"]


def test_a_chain_of_100_000_nodes_works():
    x = y = Variable(1.0)
    for _ in range(100_000):
        y = y + 0.5
    y.backward()
    assert (y.value, x.grad) == (50_001.0, 1)


def test_a_graph_whose_paths_double_at_every_node_is_walked_once():
    x = y = Variable(1.0)
    for _ in range(200):  # 2**200 paths
        y = y + y
    y.backward()
    assert x.grad == 2**200


def test_a_cycle_is_told():
    x = Variable(1.0)
    y = x * 2
    z = y + 1
    y.inputs = (z, x)
    with pytest.raises(GraphError, match=r"a cycle: .* leave the inputs of a variable"):
        z.backward()


def test_a_variable_made_from_itself_is_a_cycle():
    y = Variable(1.0) * 2
    y.inputs = (y, y)
    with pytest.raises(GraphError, match="a cycle"):
        in_order(y)


def test_it_stops_where_it_is_told():
    x = Variable(2.0)
    y = x * 3
    z = y * y
    assert {id(v) for v in in_order(z, ends=[y])} == {id(y), id(z)}
    assert [(v is z or v is y, gradient) for v, gradient in gradients(z, 1, ends=[y])] == [
        (True, 1),
        (True, 12.0),
    ]


def test_contributions_are_those_of_one_node_alone():
    x = Variable(3.0)
    y = x * x
    assert contributions(y, 10.0) == (30.0, 30.0)
    assert contributions(x, 10.0) == ()
