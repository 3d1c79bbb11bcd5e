import numpy as np
import pytest

from xpnet.gradient.runs import runs


def found(size, affected, room):
    return [(start, stop, rows.tolist()) for start, stop, rows in runs(size, affected, room)]


def test_without_reach_all_entries_move_every_row():
    assert runs(12, None, room=1) == [(0, 12, None)]


@pytest.mark.parametrize("room", [0, 1, 40, 10**6])
def test_every_entry_is_in_the_one_run_that_has_all_its_rows_or_moves_none(room):
    affected = np.random.default_rng(0).random((40, 5)) < 0.2
    cut = found(120, affected, room)
    for slice_, rows in enumerate(affected):
        holding = [moved for start, stop, moved in cut if start <= 3 * slice_ < stop]
        assert len(holding) == bool(rows.any())
        assert set(rows.nonzero()[0]) <= {row for moved in holding for row in moved}


def test_neighbours_join_while_there_is_room():
    affected = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=bool)
    assert found(6, affected, room=7) == [(0, 2, [0]), (2, 4, [1]), (4, 6, [1, 2])]
    assert found(6, affected, room=8) == [(0, 4, [0, 1]), (4, 6, [1, 2])]
    assert found(6, affected, room=18) == [(0, 6, [0, 1, 2])]


def test_runs_do_not_join_over_entries_that_move_nothing():
    affected = np.array([[1, 1], [0, 0], [1, 1]], dtype=bool)
    assert found(6, affected, room=10**6) == [(0, 2, [0, 1]), (4, 6, [0, 1])]
