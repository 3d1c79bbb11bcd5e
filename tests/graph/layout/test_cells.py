import pytest
from hypothesis import given

from tests.graph import diagrams
from xpnet.graph.layout.cells import cut


@given(diagrams.tangled())
def test_every_edge_has_a_cell_on_each_level_between_its_nodes(diagram):
    cells = cut(diagram)
    for edge, path in zip(diagram.edges, cells.paths, strict=True):
        assert (path[0], path[-1]) == (edge.source, edge.target)
        levels = [cells.level[cell] for cell in path]
        assert levels == list(range(levels[0], levels[-1] + 1))


@given(diagrams.tangled())
def test_neighbours_know_each_other(diagram):
    cells = cut(diagram)
    for cell, after in enumerate(cells.after):
        for right in after:
            assert cell in cells.before[right]


def test_in_a_short_graph_inputs_stand_at_the_margin_in_a_long_one_near_their_use():
    short, long = diagrams.orange(), diagrams.unrolled(4)
    assert {cut(short).level[n.key] for n in short.nodes if n.kind == "input"} == {0}
    last = next(node.key for node in long.nodes if node.label == "x4")
    assert cut(long).level[last] == 14


@pytest.mark.parametrize("name", ["sigmoid", "square"])
def test_a_constant_stands_on_a_level_of_labels(name):
    diagram = diagrams.ALL[name]()
    constants = [node.key for node in diagram.nodes if node.kind == "constant"]
    assert constants
    assert {cut(diagram).level[key] % 2 for key in constants} == {1}
