import pytest

from xpnet.bench.contest import CUDA, OURS
from xpnet.bench.crossover import crossover


def test_a_cell_has_a_row_for_each_backend():
    rows = crossover(100, 8).rows(turns=1, timed=False)
    assert [(row.work, row.contender) for row in rows] == [
        ("784-8-10, batch 100", OURS),
        ("784-8-10, batch 100", CUDA),
    ]


@pytest.mark.parametrize(("batch", "hidden"), [(32, 8), (100, 50), (2048, 1024)])
def test_a_turn_is_neither_too_short_to_time_nor_many_large_steps(batch, hidden):
    contest = crossover(batch, hidden)
    flops = contest.units * 2 * batch * hidden * 1598
    assert flops >= 4e8 or contest.units == 1
    assert contest.units == 1 or flops < 1e9
