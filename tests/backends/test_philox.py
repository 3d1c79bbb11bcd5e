"""Philox in array code: the bits of `numpy.random.Philox`, on every backend."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.backends.philox import halves_of_key, philox_words, signed

KEYS = [0, 1, 2**32, 2**63, 2**64 - 1, 2**64, 2**128 - 1, 0x123456789ABCDEF0FEDCBA9876543210]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("step", [0, 1, 2**31, 2**40 + 3])
def test_words_have_the_bits_of_numpys(backend: Backend, key: int, step: int) -> None:
    words = philox_words(backend, 1001, xpnet.asarray(np.array([step])), key)
    raw = np.random.Philox(counter=[0, step, 0, 0], key=key).random_raw(501)
    expected = np.stack([raw & 0xFFFFFFFF, raw >> 32], axis=1).ravel()[:1001].astype("int64")
    np.testing.assert_array_equal(xpnet.to_numpy(words), expected, strict=True)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9])
def test_there_are_as_many_as_asked_for_and_they_begin_alike(backend: Backend, count: int) -> None:
    step = xpnet.asarray(np.array([5]))
    words, more = (xpnet.to_numpy(philox_words(backend, n, step, 3)) for n in (count, 100))
    assert words.tolist() == more[:count].tolist()


def test_numbers_of_64_bits_become_signed_ones_of_the_same_bits() -> None:
    assert [signed(n) for n in (0, 2**63 - 1, 2**63, 2**64 - 1, 2**64 + 5)] == [
        0,
        2**63 - 1,
        -(2**63),
        -1,
        5,
    ]
    assert halves_of_key(2**64 + 7) == (7, 1)
