import itertools

import pytest

from xpnet.graph.player.places import Size, places

NODE, LABEL = Size(40, 20, 20), Size(60, 20, 30)


def placed(count, edges, node=NODE, label=LABEL):
    return places([node] * count, edges, [label] * len(edges))


def boxes(found, node=NODE, label=LABEL):
    """Left, top, right and bottom of every node and every slot."""
    for (x, y), size in [(at, node) for at in found.nodes] + [(at, label) for at in found.slots]:
        yield x - size.width / 2, y - size.above, x + size.width / 2, y + size.below


def overlapping(found):
    pairs = itertools.combinations(boxes(found), 2)
    return [(a, b) for a, b in pairs if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]]


GRAPHS = {
    "apple": (6, [(0, 2), (1, 2), (2, 4), (3, 4), (4, 5)]),
    "several uses": (5, [(0, 1), (0, 1), (0, 2), (1, 3), (2, 3), (0, 3), (3, 4)]),
    "a weight used at every step": (9, [(i, i + 2 - i % 2) for i in range(0, 7, 2)] + [(1, 8)]),
    "many inputs": (31, [(i, 30) for i in range(30)]),
    "one node": (1, []),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_lies_on_anything_else_or_outside(name):
    found = placed(*GRAPHS[name])
    assert overlapping(found) == []
    for left, top, right, bottom in boxes(found):
        assert left >= -1e-9
        assert top >= -1e-9
        assert right <= found.width + 1e-9
        assert bottom <= found.height + 1e-9


@pytest.mark.parametrize("name", GRAPHS)
def test_every_edge_goes_from_left_to_right_through_its_slot(name):
    count, edges = GRAPHS[name]
    found = placed(count, edges)
    for (source, target), slot, run in zip(edges, found.slots, found.runs, strict=True):
        ends = [x for left, right, _ in run for x in (left, right)]
        assert ends == sorted(ends)
        assert (run[0][0], run[0][2]) == found.nodes[source]
        assert (run[-1][1], run[-1][2]) == found.nodes[target]
        assert any(left <= slot[0] <= right and y == slot[1] for left, right, y in run)


def test_an_input_stands_directly_left_of_its_first_use():
    found = placed(*GRAPHS["apple"])
    tax, first_product = found.nodes[3], found.nodes[2]
    assert tax[0] == first_product[0]


def test_operands_stand_in_the_order_in_which_they_are_written():
    found = placed(*GRAPHS["apple"])
    apple, apples, product, tax = found.nodes[:4]
    assert apple[1] < apples[1]
    assert product[1] < tax[1]


def test_a_chain_is_one_level_line():
    found = placed(5, [(i, i + 1) for i in range(4)])
    assert len({y for _, y in found.nodes + found.slots}) == 1


def test_lines_that_need_not_cross_do_not():
    # two chains whose nodes alternate, joined at the end
    found = placed(7, [(0, 2), (1, 3), (2, 5), (3, 4), (4, 6), (5, 6)])
    ys = [y for _, y in found.nodes]
    assert (ys[0] < ys[1]) == (ys[2] < ys[3]) == (ys[5] < ys[4])


def test_sweeps_undo_a_crossing_that_the_order_of_reading_has():
    edges = [(0, 2), (1, 3), (2, 4), (3, 4), (3, 5), (2, 6), (4, 7), (5, 7), (6, 7)]
    found = placed(8, edges)
    between = [(found.nodes[a][1], found.nodes[b][1]) for a, b in ((3, 5), (2, 6))]
    (start, end), (other_start, other_end) = between
    assert (start < other_start) == (end < other_end)


def test_the_same_graph_is_placed_the_same_way():
    assert placed(*GRAPHS["several uses"]) == placed(*GRAPHS["several uses"])


def test_a_chain_of_ten_thousand_nodes_is_placed():
    found = placed(10_000, [(i, i + 1) for i in range(9_999)])
    assert found.height == 50
