"""From variables to the diagram of a picture."""

from __future__ import annotations

import pytest

from xpnet.graph import Edge, Node, Variable, examples, trace


def test_the_apples_are_the_chapters_picture():
    diagram = trace(examples.apple())
    assert diagram.nodes == (
        Node(0, "input", "apple", "100", "2.2"),
        Node(1, "input", "apples", "2", "110"),
        Node(2, "operation", "×", "200", "1.1"),
        Node(3, "input", "tax", "1.1", "200"),
        Node(4, "operation", "×", "220", "1"),
        Node(5, "output", "price", "220", "1"),
    )
    assert diagram.edges == (
        Edge(0, 0, 2, "100", "2.2"),
        Edge(1, 1, 2, "2", "110"),
        Edge(2, 2, 4, "200", "1.1"),
        Edge(3, 3, 4, "1.1", "200"),
        Edge(4, 4, 5, "220", "1"),
    )


def test_before_backward_there_are_no_derivatives_and_no_steps_back():
    diagram = trace(Variable(2.0) * Variable(3.0))
    assert {part.grad for part in (*diagram.nodes, *diagram.edges)} == {None}
    assert [step.direction for step in diagram.steps] == ["forward"]


def test_at_constants_nothing_comes_back():
    diagram = trace(examples.sigmoid())
    constants = [node for node in diagram.nodes if node.kind == "constant"]
    assert [node.label for node in constants] == ["-1", "1"]
    at = {node.key for node in constants}
    assert [edge.grad is None for edge in diagram.edges] == [e.source in at for e in diagram.edges]


def test_each_use_of_a_value_has_an_edge_with_its_own_part():
    x = Variable(3.0, name="x")
    y = x * x + x
    y.backward()
    diagram = trace(y)
    at = next(node for node in diagram.nodes if node.label == "x")
    assert at.grad == "7"
    assert [edge.grad for edge in diagram.edges if edge.source == at.key] == ["3", "3", "1"]


def test_an_input_alone_is_a_graph_too():
    x = Variable(2.0, name="x")
    x.backward()
    diagram = trace(x)
    assert [node.kind for node in diagram.nodes] == ["input", "output"]
    assert [(edge.value, edge.grad) for edge in diagram.edges] == [("2", "1")]


def test_a_variable_behind_which_a_larger_graph_was_propagated_keeps_its_part():
    x = Variable(3.0)
    y = x * 2
    (y * 5).backward()
    assert trace(y).nodes[-1].grad == "5"


def test_long_chains_work():
    y = Variable(1.0)
    for _ in range(20_000):
        y = y + 1
    y.backward()
    diagram = trace(y)
    assert len(diagram.nodes) == 40_002
    assert len(diagram.steps) == 40_001


@pytest.mark.parametrize("thing", [3.0, "apple", None, [1]])
def test_what_is_no_variable_is_refused(thing):
    with pytest.raises(TypeError, match=rf"expected the xpnet.*, got a {type(thing).__name__}"):
        trace(thing)
