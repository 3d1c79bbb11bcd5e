"""Philox-4x64-10, the random numbers of `numpy.random.Philox`, in array code.

A block of four numbers is a function of a counter and a key alone (Salmon et al., "Parallel random
numbers: as easy as 1, 2, 3", 2011), so each entry of an array has its own, in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xpnet.backends.storage import Array

if TYPE_CHECKING:
    from xpnet.backends.storage import Storage

__all__ = ["ROUNDS", "halves_of_key", "philox_words", "signed"]

ROUNDS = 10
MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
WEYL = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
"""What the halves of the key grow by from round to round."""
LOW = 0xFFFFFFFF
"""The lower 32 bits."""
MODULUS = 1 << 64


def halves_of_key(key: int) -> tuple[int, int]:
    """The lower and the upper 64 bits of a key of 128, as ``numpy.random.Philox(key=key)``."""
    return key % MODULUS, key >> 64


def signed(number: int) -> int:
    """The int64 with the bits of a number of 64.

    Examples
    --------
    >>> from xpnet.backends.philox import signed
    >>> signed(2**64 - 1)
    -1
    """
    number %= MODULUS
    return number - MODULUS if number >> 63 else number


def philox_words(backend: Storage, count: int, step: Array, key: int, first: int = 0) -> Array:
    """So many random integers of 32 bits.

    Parameters
    ----------
    backend : Storage
    count : int
    step : array, shape (1,), int64
        The second word of the counter. The first counts the blocks from 1 on, the others are 0.
    key : int, 0 to 2**128 - 1
    first : int
        How many of them to leave out before the first.

    Returns
    -------
    array, shape (count,), int64
        Those of ``numpy.random.Philox(counter=[0, step, 0, 0], key=key)``: of each of its numbers
        of 64 bits the lower half, then the upper one.

    Examples
    --------
    >>> from xpnet.backends.philox import philox_words
    >>> words = philox_words(xpnet.get_backend(), 4, np.array([7]), key=1)
    >>> raw = np.random.Philox(counter=[0, 7, 0, 0], key=1).random_raw(2)
    >>> bool((words == raw.view("uint32")).all())
    True
    """
    xp, int64 = backend.xp, backend.dtype("int64")
    start = first // 8
    blocks = -(-(first + count) // 8) - start
    c0 = xp.arange(start + 1, start + blocks + 1, dtype=int64)
    c2 = xp.zeros(blocks, dtype=int64)
    c1, c3 = c2 + step, c2
    k0, k1 = halves_of_key(key)
    for _ in range(ROUNDS):
        high0, low0 = _product(c0, MULTIPLIERS[0])
        high1, low1 = _product(c2, MULTIPLIERS[1])
        c0, c1, c2, c3 = high1 ^ c1 ^ signed(k0), low1, high0 ^ c3 ^ signed(k1), low0
        k0, k1 = k0 + WEYL[0], k1 + WEYL[1]
    words = xp.empty((blocks, 4, 2), dtype=int64)
    for place, word in enumerate((c0, c1, c2, c3)):
        words[:, place, 0] = word & LOW
        words[:, place, 1] = _upper(word)
    before = first % 8
    return words.reshape(-1)[before : before + count]


def _product(x: Array, factor: int) -> tuple[Array, Array]:
    """The upper and the lower 64 bits of a product of unsigned numbers, each held as int64.

    Sums and products of int64 arrays keep the lower 64 bits, as those of unsigned ones do, which
    not every library has.
    """
    low, high = x & LOW, _upper(x)
    factor_low, factor_high = factor & LOW, factor >> 32
    crossed = high * factor_low
    middle = _upper(low * factor_low) + (low * factor_high & LOW) + crossed
    upper = high * factor_high + _upper(low * factor_high) + _upper(middle)
    return upper, x * signed(factor)


def _upper(x: Array) -> Array:
    """The upper 32 bits: a shift of int64 brings the sign along."""
    return x >> 32 & LOW
