import numpy as np
import pytest

from xpnet.networks.entry_ranges import entry_ranges


def found(size, affected, most):
    return [
        (start, stop, rows.tolist()) for start, stop, rows in entry_ranges(size, affected, most)
    ]


def test_without_affected_rows_all_entries_affect_every_row():
    assert entry_ranges(12, None, most=1) == [(0, 12, None)]


@pytest.mark.parametrize("most", [0, 1, 40, 10**6])
def test_every_entry_is_in_the_one_range_that_has_all_its_rows_or_affects_none(most):
    affected = np.random.default_rng(0).random((40, 5)) < 0.2
    cut = found(120, affected, most)
    for slice_, rows in enumerate(affected):
        holding = [moved for start, stop, moved in cut if start <= 3 * slice_ < stop]
        assert len(holding) == bool(rows.any())
        assert set(rows.nonzero()[0]) <= {row for moved in holding for row in moved}


def test_neighbours_join_up_to_the_limit():
    affected = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=bool)
    assert found(6, affected, most=7) == [(0, 2, [0]), (2, 4, [1]), (4, 6, [1, 2])]
    assert found(6, affected, most=8) == [(0, 4, [0, 1]), (4, 6, [1, 2])]
    assert found(6, affected, most=18) == [(0, 6, [0, 1, 2])]


def test_ranges_do_not_join_over_entries_that_affect_nothing():
    affected = np.array([[1, 1], [0, 0], [1, 1]], dtype=bool)
    assert found(6, affected, most=10**6) == [(0, 2, [0, 1]), (4, 6, [0, 1])]
