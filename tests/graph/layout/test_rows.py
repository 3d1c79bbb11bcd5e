from itertools import pairwise

from hypothesis import given

from tests.graph.diagrams import tangled
from xpnet.graph.layout.cells import cut
from xpnet.graph.layout.order import ordered
from xpnet.graph.layout.rows import rows
from xpnet.graph.layout.straight import blocks


@given(tangled())
def test_cells_of_a_level_keep_their_order_and_the_room_of_both(diagram):
    cells = cut(diagram)
    levels = ordered(cells)
    row = rows(levels, cells)
    for level in levels:
        for upper, lower in pairwise(level):
            apart = (cells.height[upper] + cells.height[lower]) / 2
            assert row[lower] - row[upper] >= apart - 1e-6


@given(tangled())
def test_a_straight_line_has_one_cell_a_level_and_one_row(diagram):
    cells = cut(diagram)
    levels = ordered(cells)
    row, block = rows(levels, cells), blocks(levels, cells)
    for head in set(block):
        members = [cell for cell, its in enumerate(block) if its == head]
        assert len({row[cell] for cell in members}) == 1
        on = sorted(cells.level[cell] for cell in members)
        assert on == list(range(on[0], on[0] + len(on)))


@given(tangled())
def test_straight_lines_do_not_cross(diagram):
    cells = cut(diagram)
    levels = ordered(cells)
    block = blocks(levels, cells)
    for sides in pairwise([[block[cell] for cell in level] for level in levels]):
        shared = set(sides[0]) & set(sides[1])
        left, right = ([head for head in side if head in shared] for side in sides)
        assert left == right
