"""StepFeed: each step keeps its loss and brings rows and numbers of the next, on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

ORDER = np.array([4, 0, 2, 1, 3, 5, 6])
"""Three batches of two rows; what is left is no batch."""
TABLE = np.array([[0.5, 1.0], [0.25, 2.0], [0.125, 3.0]])


def feed_at(backend: Backend, step: int, dtype: str = "float32") -> tuple[Any, Any]:
    """A feed that goes on at this step, and the losses of its epoch."""
    feed = backend.step_feed(2, 2, backend.dtype("float32"))
    losses = backend.xp.zeros(3, dtype=backend.dtype(dtype))
    table = xpnet.asarray(TABLE[step:], "float32")
    feed.start(step, xpnet.asarray(ORDER), table, losses)
    return feed, losses


def brought(feed: Any) -> tuple[list[int], list[float]]:
    return xpnet.to_numpy(feed.rows).tolist(), xpnet.to_numpy(feed.numbers).tolist()


def loss(number: float, dtype: str = "float32") -> Any:
    return xpnet.asarray(np.array(number), dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_step_brings_the_next(backend: Backend, dtype: str) -> None:
    feed, losses = feed_at(backend, 0, dtype)
    found = [(feed.step, *brought(feed))]
    for number in (1.5, 2.5):
        feed.next(loss(number, dtype))
        found.append((feed.step, *brought(feed)))
    assert found == [(0, [4, 0], [0.5, 1.0]), (1, [2, 1], [0.25, 2.0]), (2, [3, 5], [0.125, 3.0])]
    assert xpnet.to_numpy(losses).tolist() == [1.5, 2.5, 0]


def test_it_may_start_within_an_epoch(backend: Backend) -> None:
    feed, losses = feed_at(backend, 1)
    assert (feed.step, *brought(feed)) == (1, [2, 1], [0.25, 2.0])
    feed.next(loss(7.0))
    assert (feed.step, *brought(feed)) == (2, [3, 5], [0.125, 3.0])
    assert xpnet.to_numpy(losses).tolist() == [0, 7, 0]


def test_the_last_step_brings_nothing_more(backend: Backend) -> None:
    feed, losses = feed_at(backend, 2)
    feed.next(loss(9.0))
    assert (feed.step, *brought(feed)) == (3, [3, 5], [0.125, 3.0])
    assert xpnet.to_numpy(losses).tolist() == [0, 0, 9]


def test_batches_are_longer_than_a_block_of_threads(backend: Backend) -> None:
    feed = backend.step_feed(1000, 0, backend.dtype("float32"))
    order = np.random.default_rng(0).permutation(2500)
    losses = backend.xp.zeros(2, dtype=backend.dtype("float32"))
    feed.start(0, xpnet.asarray(order), backend.xp.zeros((2, 0)), losses)
    feed.next(loss(1.0))
    assert xpnet.to_numpy(feed.rows).tolist() == order[1000:2000].tolist()


def test_an_epoch_has_losses_of_its_own(backend: Backend) -> None:
    feed, first = feed_at(backend, 2)
    feed.next(loss(1.0))
    second = backend.xp.zeros(3, dtype=backend.dtype("float32"))
    feed.start(0, xpnet.asarray(ORDER), xpnet.asarray(TABLE, "float32"), second)
    feed.next(loss(2.0))
    assert xpnet.to_numpy(first).tolist() == [0, 0, 1]
    assert xpnet.to_numpy(second).tolist() == [2, 0, 0]
