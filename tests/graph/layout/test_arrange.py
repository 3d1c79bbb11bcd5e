from itertools import groupby, pairwise

import pytest
from hypothesis import given

from tests.graph.diagrams import ALL, CHAPTER, apple, chain, net, orange, sigmoid, tangled, unrolled
from xpnet.graph.diagram import Diagram
from xpnet.graph.layout import arrange


def places(diagram):
    """The level and row of each node by its label; of several, the last."""
    nodes = arrange(diagram).nodes
    return {node.label: place for node, place in zip(diagram.nodes, nodes, strict=True)}


def check(diagram):
    """What holds for every layout."""
    layout = arrange(diagram)
    taken = list(layout.nodes)
    for edge, lanes in zip(diagram.edges, layout.edges, strict=True):
        source, target = layout.nodes[edge.source][0], layout.nodes[edge.target][0]
        assert target > source, "an edge does not go to the right"
        assert len(lanes) == target - source - 1
        taken += enumerate(lanes, source + 1)
    for _, level in groupby(sorted(taken), key=lambda place: place[0]):
        for (_, upper), (_, lower) in pairwise(level):
            assert lower - upper > 0.5 - 1e-6, "two things overlap"
    rows = [row for _, row in taken]
    assert min(rows) == 0
    assert max(rows) == layout.rows
    assert max(level for level, _ in taken) == layout.levels - 1


@pytest.mark.parametrize("name", ALL)
def test_edges_go_right_and_nothing_overlaps(name):
    check(ALL[name]())


@given(tangled())
def test_edges_go_right_and_nothing_overlaps_in_any_graph(diagram):
    check(diagram)


@pytest.mark.parametrize("make", [apple, orange])
def test_the_inputs_of_a_short_graph_stand_at_the_left_margin(make):
    diagram = make()
    levels = [level for level, _ in arrange(diagram).nodes]
    assert {levels[node.key] for node in diagram.nodes if node.kind == "input"} == {0}


def test_the_parameters_of_a_network_stand_before_their_layer():
    at = places(net())
    assert at["W1"][0] == at["b1"][0] == at["x"][0] == 0
    assert at["W2"][0] == at["b2"][0] == at["Affine2"][0] - 2
    assert at["t"][0] == at["SoftmaxWithLoss"][0] - 2


def test_a_constant_stands_directly_before_its_operation():
    at = places(sigmoid())
    assert at["-1"][0] == at["×"][0] - 1
    assert at["1"][0] == at["/"][0] - 1


def test_the_main_line_is_straight():
    at = places(net())
    line = "x", "Affine1", "Relu1", "Affine2", "SoftmaxWithLoss", "loss"
    assert len({at[label][1] for label in line}) == 1


def test_arguments_enter_in_their_order():
    at = places(orange())
    rows = [at[label][1] for label in ("apple", "apples", "orange", "oranges", "tax")]
    assert rows == sorted(rows)


def test_a_sum_of_equals_stands_between_them():
    diagram = orange()
    rows = [row for _, row in arrange(diagram).nodes]
    plus = next(node.key for node in diagram.nodes if node.label == "+")
    upper, lower = (edge.source for edge in diagram.edges if edge.target == plus)
    assert rows[plus] == pytest.approx((rows[upper] + rows[lower]) / 2)


def test_long_edges_do_not_bend_on_their_way():
    assert all(len(set(lanes)) <= 1 for lanes in arrange(unrolled(6)).edges)


def test_a_long_chain_is_one_straight_line():
    layout = arrange(chain(20_000))
    assert layout.rows == 0
    assert layout.levels == 2 * 20_001 + 1


@pytest.mark.parametrize("name", CHAPTER)
def test_the_same_diagram_has_the_same_layout(name):
    assert arrange(CHAPTER[name]()) == arrange(CHAPTER[name]())


def test_nothing_is_nowhere():
    layout = arrange(Diagram((), (), ()))
    assert (layout.levels, layout.nodes, layout.edges) == (0, (), ())
