"""CupyStepFeed: its one kernel, whatever the order of threads, and what it does not touch."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend


@pytest.mark.parametrize("order", [0, 1, 7])
def test_no_thread_counts_the_step_before_all_have_read_it(
    cupy_backend: Backend, order: int
) -> None:
    cudaemu = pytest.importorskip("cudaemu", reason="the emulated device has orders of threads")
    rows = np.random.default_rng(0).permutation(3000)
    feed = cupy_backend.step_feed(900, 1, np.dtype("float32"))
    table = xpnet.asarray(np.arange(3.0).reshape(3, 1), "float32")
    losses = cupy_backend.xp.zeros(3, dtype="float32")
    feed.start(0, xpnet.asarray(rows), table, losses)
    with cudaemu.settings(order=order):
        for step in (1, 2):
            feed.next(xpnet.asarray(np.array(5.0), "float32"))
            assert xpnet.to_numpy(feed.rows).tolist() == rows[step * 900 :][:900].tolist()
            assert xpnet.to_numpy(feed.numbers).tolist() == [step]


def test_a_step_for_which_nothing_was_laid_out_writes_nothing(cupy_backend: Backend) -> None:
    feed = cupy_backend.step_feed(1, 1, np.dtype("float32"))
    losses = cupy_backend.xp.zeros(2, dtype="float32")
    one = xpnet.asarray(np.ones((1, 1)), "float32")
    feed.start(0, xpnet.asarray(np.array([3, 4])), one, losses)
    for _ in range(3):
        feed.next(xpnet.asarray(np.array(5.0), "float32"))
    assert feed.step == 1
    assert xpnet.to_numpy(losses).tolist() == [5, 0]
