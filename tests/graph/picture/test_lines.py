import itertools
import re

import pytest

from tests.graph import diagrams
from xpnet.graph.picture.lines import paths
from xpnet.graph.picture.places import places
from xpnet.graph.picture.shapes import shape


def drawn(diagram):
    found = places(diagram, {})
    return found, paths(diagram, found)


def ends(path):
    """The first and the last point of a path."""
    first = re.match(r"M([\d.-]+) ([\d.-]+)", path)
    heights = re.findall(r"C\S+ \S+ \S+ \S+ \S+ ([\d.-]+)", path)
    last = re.search(r"H([\d.-]+)$", path)
    assert first
    assert last
    return (float(first[1]), float(first[2])), (
        float(last[1]),
        float(heights[-1] if heights else first[2]),
    )


@pytest.mark.parametrize("name", diagrams.ALL)
def test_a_line_goes_from_border_to_border(name):
    diagram = diagrams.ALL[name]()
    found, made = drawn(diagram)
    for edge, path in zip(diagram.edges, made, strict=True):
        for key, end, side in zip((edge.source, edge.target), ends(path), (1, -1), strict=True):
            x, y = found.nodes[key]
            width, height = shape(diagram.nodes[key])
            assert 0 < side * (end[0] - x) <= width / 2 + 0.1
            assert abs(end[1] - y) <= height / 2


def test_a_level_line_has_no_curve():
    _, (first, *_) = drawn(diagrams.apple())
    assert "C" not in first


def test_lines_enter_a_node_in_the_order_of_their_rows_and_apart():
    diagram = diagrams.net()
    _, made = drawn(diagram)
    (affine,) = [node.key for node in diagram.nodes if node.label == "Affine1"]
    entering = [edge.key for edge in diagram.edges if edge.target == affine]
    entered = [ends(made[key])[1][1] for key in entering]
    assert entered == sorted(entered)
    assert min(b - a for a, b in itertools.pairwise(entered)) >= 8


def test_lines_leave_a_node_in_the_order_of_their_rows():
    diagram = diagrams.softmax()
    found, made = drawn(diagram)
    uses = {}
    for edge in diagram.edges:
        uses.setdefault(edge.source, []).append(edge.key)
    several = [keys for keys in uses.values() if len(keys) > 1]
    assert several
    for keys in several:
        keys.sort(key=lambda key: found.slots[key][1])
        heights = [ends(made[key])[0][1] for key in keys]
        assert heights == sorted(heights)
        assert len(set(heights)) == len(heights)
