import pytest
from comparisons.crossover import crossover

from xpnet.bench.benchmark import CPU, GPU


def test_a_cell_has_a_row_for_each_backend():
    rows = crossover(100, 8).results(turns=1, timed=False)
    assert [(row.work, row.case) for row in rows] == [
        ("784-8-10, batch 100", CPU),
        ("784-8-10, batch 100", GPU),
    ]


@pytest.mark.parametrize(("batch", "hidden"), [(32, 8), (100, 50), (2048, 1024)])
def test_a_turn_is_neither_too_short_to_time_nor_many_large_steps(batch, hidden):
    benchmark = crossover(batch, hidden)
    flops = benchmark.units * 2 * batch * hidden * 1598
    assert flops >= 4e8 or benchmark.units == 1
    assert benchmark.units == 1 or flops < 1e9
