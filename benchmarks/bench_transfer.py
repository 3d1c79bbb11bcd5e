"""Host to device and back, from pageable and from pinned memory, beside a copy within the host.

Rates count each byte once, as bus rates do.
"""

from __future__ import annotations

import numpy as np
import pytest
from ceilings import amount, seconds_of

from xpnet.backends import get_backend
from xpnet.bench import Benchmark, repeated

HOST, DEVICE = "a copy within the host", "CuPy's copy"
TURNS = 10
BYTES_OF_A_TURN = 50e6
PIXELS = 784


def pageable(shape):
    return np.ones(shape, dtype="float32")


def pinned(shape):
    """Memory that the system does not move, so that the device may fetch it by itself."""
    size = int(np.prod(shape))
    memory = get_backend().xp.cuda.alloc_pinned_memory(4 * size)
    array = np.frombuffer(memory, dtype="float32", count=size).reshape(shape)
    array[...] = 1
    return array


@pytest.mark.parametrize("memory", [pageable, pinned])
@pytest.mark.parametrize("direction", ["to the device", "to the host"])
@pytest.mark.parametrize("images", [100, 1024, 60_000])
def bench_transfer(report, images, direction, memory):
    shape = images, PIXELS
    moved = 4 * images * PIXELS
    work = f"{images:,} images, {amount(moved)}, {direction}, {memory.__name__} memory"
    units = max(1, round(BYTES_OF_A_TURN / moved))
    made = Benchmark("transfer", work, units=units, baseline=HOST)
    source, target = pageable(shape), pageable(shape)
    made.add(HOST, repeated(lambda: np.copyto(target, source)))

    def make():
        host = memory(shape)
        there = get_backend().asarray(host)
        if direction == "to the device":
            return repeated(lambda: there.set(host))
        return repeated(lambda: there.get(out=host))

    made.add_cuda(DEVICE, make)

    def rate(row):
        return f"{moved / seconds_of(row).median / 1e9:,.3g} GB/s"

    report(made, TURNS, rate=rate)
