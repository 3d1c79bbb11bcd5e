import itertools

import pytest
from hypothesis import given

from tests.graph import diagrams
from xpnet.graph.picture.places import places
from xpnet.graph.picture.shapes import LINE, lines, node_width, shape, slot_width


def boxes(diagram, found):
    """Left, top, right and bottom of every node, and of the numbers of every edge."""
    for node, (x, y) in zip(diagram.nodes, found.nodes, strict=True):
        width, height = node_width(node, ""), shape(node)[1]
        yield x - width / 2, y - height / 2, x + width / 2, y + height / 2
    for edge, (x, y) in zip(diagram.edges, found.slots, strict=True):
        if diagram.nodes[edge.source].kind != "constant":
            above = 20 + LINE * (len(lines(edge.value)) - 1)
            below = 32 + LINE * (len(lines(edge.grad)) - 1) if edge.grad else 0
            yield x - slot_width(edge) / 2, y - above, x + slot_width(edge) / 2, y + below


def check(diagram):
    found = places(diagram, {})
    placed = list(boxes(diagram, found))
    for left, top, right, bottom in placed:
        assert left >= -1e-9
        assert top >= -1e-9
        assert right <= found.width + 1e-9
        assert bottom <= found.height + 1e-9
    for a, b in itertools.combinations(placed, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    for edge, slot, run in zip(diagram.edges, found.slots, found.runs, strict=True):
        ends = [x for left, right, _ in run for x in (left, right)]
        assert ends == sorted(ends)
        assert (run[0][0], run[0][2]) == found.nodes[edge.source]
        assert (run[-1][1], run[-1][2]) == found.nodes[edge.target]
        assert any(left <= slot[0] <= right and y == slot[1] for left, right, y in run)


@pytest.mark.parametrize("name", diagrams.ALL)
def test_nothing_lies_on_anything_else_and_edges_go_right_through_their_slots(name):
    check(diagrams.ALL[name]())


@given(diagrams.tangled())
def test_nothing_lies_on_anything_else_in_any_graph(diagram):
    check(diagram)


def test_what_stands_under_a_node_has_room():
    diagram = diagrams.apple()
    narrow, wide = places(diagram, {}), places(diagram, {0: "a derivative of 26 columns"})
    assert wide.width > narrow.width + 150


def test_without_derivatives_rows_are_nearer():
    assert places(diagrams.apple_before_backward(), {}).height < places(diagrams.apple(), {}).height


def test_rows_of_arrays_have_room_for_two_lines():
    found = places(diagrams.net(), {})
    heights = sorted({y for _, y in found.nodes})
    assert heights[1] - heights[0] == 74 + 2 * LINE


def test_a_long_chain_is_a_line_of_short_gaps():
    found = places(diagrams.chain(12), {})
    apart = [b[0] - a[0] for a, b in itertools.pairwise(sorted(found.nodes[1:-1]))]
    assert max(apart) == pytest.approx(50 + 16 + 44 + 16)
