"""Dropout as a primitive: the masks of `numpy.random.Philox`, kept entries scaled."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.backends.dropout import threshold

from .primitive_calls import Plain


def at(step: int) -> object:
    return xpnet.asarray(np.array([step]))


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.999])
@pytest.mark.parametrize("plain", [False, True])
def test_a_mask_is_of_seed_step_and_entry_alone(backend: Backend, rate: float, plain: bool) -> None:
    chosen = Plain(backend) if plain else backend
    raw = np.random.Philox(counter=[0, 7, 0, 0], key=3).random_raw(18)
    words = raw.astype("<u8").view("<u4")
    mask = xpnet.to_numpy(chosen.dropout_mask((7, 5), at(7), 3, rate))
    np.testing.assert_array_equal(mask, words[:35].reshape(7, 5) >= round(rate * 2**32))
    flat = xpnet.to_numpy(chosen.dropout_mask((35,), at(7), 3, rate))
    np.testing.assert_array_equal(flat, mask.ravel())


@pytest.mark.parametrize("first", [0, 1, 5, 8, 13, 34])
@pytest.mark.parametrize("plain", [False, True])
def test_a_part_has_the_mask_of_its_entries_in_the_whole(
    backend: Backend, first: int, plain: bool
) -> None:
    chosen = Plain(backend) if plain else backend
    whole = xpnet.to_numpy(chosen.dropout_mask((35,), at(7), 3, 0.5))
    part = xpnet.to_numpy(chosen.dropout_mask((35 - first,), at(7), 3, 0.5, first))
    np.testing.assert_array_equal(part, whole[first:])
    y, mask = chosen.dropout(xpnet.asarray(np.ones(35 - first)), at(7), 3, 0.5, first)
    np.testing.assert_array_equal(xpnet.to_numpy(mask), whole[first:])
    np.testing.assert_array_equal(xpnet.to_numpy(y), 2 * whole[first:])


def test_other_seeds_and_steps_have_other_masks(backend: Backend) -> None:
    masks = [
        xpnet.to_numpy(backend.dropout_mask((1000,), at(step), seed, 0.5))
        for step, seed in [(0, 0), (1, 0), (0, 1), (0, 2**64), (1, 1)]
    ]
    for k, mask in enumerate(masks):
        for other in masks[:k]:
            assert 400 < (mask == other).sum() < 600  # as of two that are independent


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_as_many_are_dropped_as_the_rate_says_and_the_mean_stays(
    backend: Backend, rate: float
) -> None:
    y, mask = backend.dropout(xpnet.asarray(np.ones((300, 300))), at(0), 0, rate)
    assert xpnet.to_numpy(mask).mean() == pytest.approx(1 - rate, abs=0.01)
    assert xpnet.to_numpy(y).mean() == pytest.approx(1, abs=0.02)
    assert set(np.unique(xpnet.to_numpy(y))) == {0, 1 / (1 - rate)}


def test_the_gradient_is_scaled_where_the_mask_keeps_whatever_comes_elsewhere(
    backend: Backend,
) -> None:
    dout = xpnet.asarray(np.array([1.0, np.nan, np.inf, np.nan]))
    mask = xpnet.asarray(np.array([True, True, False, False]))
    dx = xpnet.to_numpy(backend.dropout_grad(dout, mask, 0.75))
    np.testing.assert_array_equal(dx, [4, np.nan, 0, 0])


def test_a_threshold_is_the_rate_of_all_words() -> None:
    assert [threshold(rate) for rate in (0, 0.5, 1 - 2**-32)] == [0, 2**31, 2**32 - 1]
