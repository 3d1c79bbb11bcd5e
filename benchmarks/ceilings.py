"""What a machine can do at best: its fastest matrix product and its fastest copies, measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from xpnet.backends import asarray, get_backend, use_backend
from xpnet.bench import Benchmark, Result, Spread, repeated
from xpnet.bench.benchmark import CPU, GPU
from xpnet.bench.case import Run
from xpnet.machine import cuda_device

__all__ = ["Ceilings", "amount", "ceilings", "fastest", "seconds_of"]

PRODUCTS = {CPU: (1024, 2048), GPU: (2048, 4096)}
"""Rows of the square matrices: a GPU needs larger ones to show what it can."""

COPIES = tuple(4**k for k in range(7, 15))
"""Bytes moved, half of them read, half written: from 16 kB, in the first cache, to 268 MB."""

BYTES_OF_A_TURN = 2**25
"""Small copies are repeated until they have moved so much, or a clock would not see them."""

TURNS = 5


@dataclass(frozen=True)
class Ceilings:
    """The most that a machine has shown, or that its maker states.

    Attributes
    ----------
    product : float
        FLOP/s of a matrix product in float32.
    copies : mapping of int to float
        For so many bytes moved (read and written), in ascending order, the bytes/s of a copy.
    """

    product: float
    copies: Mapping[int, float]

    def fitting(self, moved: int) -> int:
        """Which copy an operation that moves so many bytes is held against.

        The faster of the next smaller and the next larger one: a ceiling must not be too low.
        """
        below = [size for size in self.copies if size <= moved][-1:]
        above = [size for size in self.copies if size > moved][:1]
        return max(below + above, key=self.copies.__getitem__)

    def least(self, flops: int, moved: int) -> float:
        """Seconds that the arithmetic or the traffic takes at least, whichever takes longer."""
        return max(flops / self.product, moved / self.copies[self.fitting(moved)])

    def rate(self, flops: int, moved: int, seconds: float) -> str:
        """What was achieved of what bounds the work, and its share of the ceiling."""
        copy = self.fitting(moved)
        bandwidth = self.copies[copy]
        if flops / self.product > moved / bandwidth:
            done, ceiling, unit, name = flops, self.product, "GFLOP/s", "product"
        else:
            done, ceiling, unit, name = moved, bandwidth, "GB/s", f"copy of {amount(copy)}"
        share = 100 * done / seconds / ceiling
        of = f"{share:.0f} % of the best {name} ({ceiling / 1e9:,.3g})"
        return f"{done / seconds / 1e9:,.3g} {unit}, {of}"


@cache
def ceilings() -> dict[str, Ceilings]:
    """Of the host and, where there is one, of the GPU; measured at the first call of a process.

    Returns
    -------
    dict of str to Ceilings
        Under the names of xpnet's cases on both. An emulated device has none.
    """
    measured = [CPU] + [GPU] * (cuda_device().kind == "gpu")
    return {case: _ceilings(case) for case in measured}


def seconds_of(row: Result) -> Spread:
    """The time between two events where there is one: it is without the wait of the host.

    Raises
    ------
    ValueError
        The row has no time: its case ran on an emulated device, or not at all.
    """
    seconds = row.device_seconds or row.seconds
    if seconds is None:
        raise ValueError(f"{row.case} was not timed: {row.note}")
    return seconds


def fastest(case: str, work: str, make: Callable[[], Run], units: int) -> float:
    """Seconds of the work in the quicker of its turns: their lower quartile.

    The ceiling is what a machine does when nothing else runs on it.
    """
    benchmark = Benchmark("ceilings", work, units=units, baseline=case)
    if case == GPU:
        benchmark.add_cuda(case, make)
    else:
        with use_backend("numpy"):
            benchmark.add(case, make())
    [row] = benchmark.results(TURNS)
    return seconds_of(row).low


def amount(moved: int) -> str:
    """Bytes in the unit that suits them, 1 kB being 1000 bytes."""
    for size, unit in ((1e9, "GB"), (1e6, "MB")):
        if moved >= size:
            return f"{moved / size:,.3g} {unit}"
    return f"{moved / 1e3:,.3g} kB"


def _ceilings(case: str) -> Ceilings:
    products = [
        2 * size**3 / fastest(case, "product", _product(size), 1) for size in PRODUCTS[case]
    ]
    copies = {
        moved: moved / fastest(case, "copy", _copy(moved), max(1, BYTES_OF_A_TURN // moved))
        for moved in COPIES
    }
    return Ceilings(max(products), copies)


def _product(size: int) -> Callable[[], Run]:
    def make() -> Run:
        xp = get_backend().xp
        drawn = np.random.default_rng(0).standard_normal((size, size), dtype="float32")
        a, out = asarray(drawn), asarray(np.empty_like(drawn))
        return repeated(lambda: xp.matmul(a, a, out=out))

    return make


def _copy(moved: int) -> Callable[[], Run]:
    def make() -> Run:
        # halves of one array, whole pages apart: two arrays whose distance is a few bytes more took
        # ten times as long, since the processor mixed up their loads and stores
        xp = get_backend().xp
        source, target = xp.ones((2, moved // 8), dtype="float32")
        return repeated(lambda: xp.copyto(target, source))

    return make
