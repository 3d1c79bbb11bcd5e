"""The widths of levels, and the room between them."""

from itertools import pairwise

import pytest

from tests.graph.diagrams import ALL
from xpnet.graph.layout import arrange, spans


def rises(diagram, layout):
    """Between which levels an edge goes, and by how many rows."""
    for edge, lanes in zip(diagram.edges, layout.edges, strict=True):
        first, row = layout.nodes[edge.source]
        rows = row, *lanes, layout.nodes[edge.target][1]
        for level, (here, there) in enumerate(pairwise(rows), first):
            yield level, abs(there - here)


@pytest.mark.parametrize("name", ALL)
def test_every_level_is_as_wide_as_its_widest_and_gaps_are_as_the_farthest_line_asks(name):
    diagram = ALL[name]()
    layout = arrange(diagram)
    left, right = spans(
        diagram, layout, lambda node: 1 + node.key, lambda edge: 2 * edge.key, lambda r: 5 + r, 3.0
    )
    assert left[0] == 3.0
    assert len(left) == len(right) == layout.levels
    for level in range(layout.levels):
        wanted = [1 + n.key for n in diagram.nodes if layout.nodes[n.key][0] == level]
        wanted += [
            2 * edge.key
            for edge in diagram.edges
            if layout.nodes[edge.source][0] + 1 == level and layout.edges[edge.key]
        ]
        assert right[level] - left[level] == pytest.approx(max(wanted, default=0))
    for level in range(layout.levels - 1):
        farthest = max((r for at, r in rises(diagram, layout) if at == level), default=0)
        assert left[level + 1] - right[level] == pytest.approx(5 + farthest)
