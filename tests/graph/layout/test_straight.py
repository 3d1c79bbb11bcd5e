import itertools

from hypothesis import given

from tests.graph import diagrams
from xpnet.graph.layout.cells import cut
from xpnet.graph.layout.order import ordered
from xpnet.graph.layout.straight import blocks


def found(diagram):
    cells = cut(diagram)
    levels = ordered(cells)
    return cells, levels, blocks(levels, cells)


@given(diagrams.tangled())
def test_a_block_has_one_cell_on_a_level_and_begins_with_its_name(diagram):
    cells, _, block = found(diagram)
    for head in set(block):
        members = [cell for cell in range(len(block)) if block[cell] == head]
        levels = sorted(cells.level[cell] for cell in members)
        assert levels == list(range(levels[0], levels[0] + len(members)))
        assert cells.level[head] == levels[0]


@given(diagrams.tangled())
def test_no_two_blocks_cross(diagram):
    _, levels, block = found(diagram)
    place = [{block[cell]: at for at, cell in enumerate(level)} for level in levels]
    for left, right in itertools.pairwise(place):
        both = sorted(left.keys() & right.keys(), key=left.__getitem__)
        assert both == sorted(both, key=right.__getitem__)


def test_a_chain_is_one_block():
    _, _, block = found(diagrams.chain(5))
    assert len(set(block)) == 1


def test_the_main_line_of_a_network_is_one_block():
    diagram = diagrams.net()
    _, _, block = found(diagram)
    main = [node.key for node in diagram.nodes if node.kind in ("operation", "output")]
    assert len({block[key] for key in main}) == 1
