import itertools

import pytest

from xpnet.graph import trace
from xpnet.graph.player.places import places
from xpnet.graph.player.shapes import node_width, shape, slot_width

from .browser import GRAPHS


def placed(name):
    diagram = trace(GRAPHS[name]())
    return diagram, places(diagram, {})


def boxes(diagram, found):
    """Left, top, right and bottom of every node, and of the numbers of every edge."""
    for node, (x, y) in zip(diagram.nodes, found.nodes, strict=True):
        width, height = node_width(node, ""), shape(node)[1]
        yield x - width / 2, y - height / 2, x + width / 2, y + height / 2
    for edge, (x, y) in zip(diagram.edges, found.slots, strict=True):
        if diagram.nodes[edge.source].kind != "constant":
            yield x - slot_width(edge) / 2, y - 22, x + slot_width(edge) / 2, y + 30


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_lies_on_anything_else_or_outside(name):
    diagram, found = placed(name)
    for left, top, right, bottom in boxes(diagram, found):
        assert left >= -1e-9
        assert top >= -1e-9
        assert right <= found.width + 1e-9
        assert bottom <= found.height + 1e-9
    for a, b in itertools.combinations(boxes(diagram, found), 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


@pytest.mark.parametrize("name", GRAPHS)
def test_every_edge_goes_from_left_to_right_through_its_slot(name):
    diagram, found = placed(name)
    for edge, slot, run in zip(diagram.edges, found.slots, found.runs, strict=True):
        ends = [x for left, right, _ in run for x in (left, right)]
        assert ends == sorted(ends)
        assert (run[0][0], run[0][2]) == found.nodes[edge.source]
        assert (run[-1][1], run[-1][2]) == found.nodes[edge.target]
        assert any(left <= slot[0] <= right and y == slot[1] for left, right, y in run)


def test_what_stands_under_a_node_has_room():
    diagram, narrow = placed("apple")
    wide = places(diagram, {0: "a derivative that is the sum of several"})
    assert wide.width > narrow.width + 200
