from itertools import combinations, pairwise

import pytest
from hypothesis import given

from tests.graph.diagrams import ALL, softmax, tangled
from xpnet.graph.layout.cells import cut
from xpnet.graph.layout.order import _as_written, crossings, ordered


def counted(levels, cells):
    """Crossings, by looking at every pair of lines."""
    place = {cell: at for level in levels for at, cell in enumerate(level)}
    lines = [
        (cells.level[left], place[left], place[right])
        for path in cells.paths
        for left, right in pairwise(path)
    ]
    return sum(
        one[0] == other[0] and (one[1] - other[1]) * (one[2] - other[2]) < 0
        for one, other in combinations(lines, 2)
    )


@given(tangled())
def test_crossings_are_those_of_pairs_of_lines(diagram):
    cells = cut(diagram)
    for levels in (_as_written(cells), ordered(cells)):
        assert crossings(levels, cells) == counted(levels, cells)


@given(tangled())
def test_each_cell_stands_once_on_its_level(diagram):
    cells = cut(diagram)
    levels = ordered(cells)
    assert sorted(cell for level in levels for cell in level) == list(range(len(cells.level)))
    assert all(cells.level[cell] == at for at, level in enumerate(levels) for cell in level)


@given(tangled())
def test_the_order_is_never_worse_than_that_of_the_arguments(diagram):
    cells = cut(diagram)
    assert crossings(ordered(cells), cells) <= crossings(_as_written(cells), cells)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"softmax", "softmax of 6"}))
def test_graphs_that_can_be_drawn_without_crossings_are(name):
    cells = cut(ALL[name]())
    assert crossings(ordered(cells), cells) == 0


@pytest.mark.parametrize(("classes", "fewest"), [(2, 1), (3, 2), (4, 4)])
def test_softmax_has_few_crossings(classes, fewest):
    """Each exponential goes to its own fraction and to the sum, which goes to all of them."""
    cells = cut(softmax(classes))
    assert crossings(ordered(cells), cells) <= fewest
