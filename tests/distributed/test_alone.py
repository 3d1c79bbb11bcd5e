"""One process: it has what all ranks have."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import xpnet
from xpnet.distributed.alone import Alone
from xpnet.errors import OptionError, ShapeError


def test_sums_and_gathered_values_are_its_own(backend):
    comm, array = Alone(), xpnet.asarray(np.arange(3.0))
    comm.all_reduce(array)
    comm.broadcast(array)
    comm.barrier()
    np.testing.assert_array_equal(xpnet.to_numpy(array), [0, 1, 2])
    assert comm.gather({"a": 1}) == [{"a": 1}]
    assert (comm.rank, comm.size, comm.local_rank, comm.local_size) == (0, 1, 0, 1)
    assert comm.is_main
    comm.agree("run", {"steps": 3})
    assert copy.deepcopy(comm) is comm


def test_what_others_would_refuse_is_refused():
    with pytest.raises(ShapeError, match="C-contiguous"):
        Alone().all_reduce(np.zeros((4, 4))[:, 1])
    with pytest.raises(OptionError, match="root=1"):
        Alone().broadcast(np.zeros(4), root=1)


def test_abort_raises_the_error():
    with pytest.raises(ZeroDivisionError):
        Alone().abort(ZeroDivisionError("half"))
