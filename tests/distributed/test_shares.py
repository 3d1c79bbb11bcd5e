"""Shares are those of `numpy.array_split`."""

import numpy as np
import pytest

from xpnet.distributed import share


@pytest.mark.parametrize("size", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 7, 100])
def test_shares_are_those_of_array_split(rows, size):
    every = np.arange(rows)
    parts = [every[share(rows, rank, size)].tolist() for rank in range(size)]
    assert parts == [part.tolist() for part in np.array_split(every, size)]


def test_ranks_beyond_the_rows_have_none():
    assert [len(range(*share(2, rank, 4).indices(2))) for rank in range(4)] == [1, 1, 0, 0]
