"""Dropout on CUDA: one kernel forward, one backward."""

from __future__ import annotations

import cupy as cp

from xpnet.backends.dropout import threshold
from xpnet.backends.philox import MULTIPLIERS, ROUNDS, WEYL, halves_of_key
from xpnet.backends.storage import Array

__all__ = ["backward", "forward", "mask"]

# One thread makes a block of Philox-4x64, whose counter has its number, from 1 on, and the step:
# random numbers for eight entries, of which those before `first` and behind `count` are not there.
BLOCK = f"""
    const long long block = first / 8 + (long long)i;
    unsigned long long c0 = (unsigned long long)block + 1, c1 = (unsigned long long)step[0];
    unsigned long long c2 = 0, c3 = 0, k0 = key0, k1 = key1;
    for (int round = 0; round < {ROUNDS}; ++round) {{
        const unsigned long long high0 = __umul64hi(c0, {MULTIPLIERS[0]}ULL);
        const unsigned long long high1 = __umul64hi(c2, {MULTIPLIERS[1]}ULL);
        const unsigned long long low0 = c0 * {MULTIPLIERS[0]}ULL, low1 = c2 * {MULTIPLIERS[1]}ULL;
        c0 = high1 ^ c1 ^ k0;
        c1 = low1;
        c2 = high0 ^ c3 ^ k1;
        c3 = low0;
        k0 += {WEYL[0]}ULL;
        k1 += {WEYL[1]}ULL;
    }}
    const unsigned long long words[4] = {{c0, c1, c2, c3}};
    for (int k = 0; k < 8; ++k) {{
        const long long at = block * 8 + k - first;
        if (at < 0 || at >= count) continue;
        const bool keeps = (long long)((words[k / 2] >> (k % 2 * 32)) & 0xffffffffULL) >= least;
        mask[at] = keeps;
"""

_mask = cp.ElementwiseKernel(
    "raw int64 step, uint64 key0, uint64 key1, int64 least, int64 first, int64 count",
    "raw bool mask",
    BLOCK + "}",
    "xpnet_dropout_mask",
)

_forward = cp.ElementwiseKernel(
    "raw T x, T scale, raw int64 step, uint64 key0, uint64 key1, int64 least, int64 first, "
    "int64 count",
    "raw T y, raw bool mask",
    BLOCK + "y[at] = keeps ? T(x[at] * scale) : T(0); }",
    "xpnet_dropout",
)

_backward = cp.ElementwiseKernel(
    "T dout, bool mask, T scale",
    "T dx",
    "dx = mask ? T(dout * scale) : T(0)",
    "xpnet_dropout_grad",
)


def mask(shape: tuple[int, ...], step: Array, seed: int, rate: float, first: int = 0) -> Array:
    """As `Backend.dropout_mask`."""
    made = cp.empty(shape, dtype="bool")
    if made.size:
        numbers = *halves_of_key(seed), threshold(rate), first, made.size
        _mask(step, *numbers, made, size=_blocks(first, made.size))
    return made


def forward(x: Array, step: Array, seed: int, rate: float, first: int = 0) -> tuple[Array, Array]:
    """As `Backend.dropout`."""
    y, made = cp.empty(x.shape, dtype=x.dtype), cp.empty(x.shape, dtype="bool")
    if x.size:
        numbers = *halves_of_key(seed), threshold(rate), first, x.size
        _forward(x, 1 / (1 - rate), step, *numbers, y, made, size=_blocks(first, x.size))
    return y, made


def backward(dout: Array, mask: Array, rate: float) -> Array:
    """As `Backend.dropout_grad`."""
    return _backward(dout, mask, 1 / (1 - rate))


def _blocks(first: int, count: int) -> int:
    """How many blocks hold so many entries from the first on."""
    return -(-(first + count) // 8) - first // 8
