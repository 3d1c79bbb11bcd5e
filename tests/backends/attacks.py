"""How kernels are attacked: run in other orders, and given memory whose edges are watched.

The order in which threads run and the end of readable memory can be set on the emulated device
alone; the zones around arrays are looked at on a GPU too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import xpnet
from xpnet.backends import Backend
from xpnet.machine import cuda_device

from .primitive_calls import called, made
from .primitive_cases import CASES

ORDERS = [0, 1, 2, 3, 12345]
"""Index order, the reverse, and three shuffles, of blocks and of threads between barriers."""

CANARY = 0xA5
"""What each byte of a zone holds: no likely result, and no two of its bytes make a small number."""
ZONE = 256
"""Bytes before and behind each watched array, which stays aligned as CuPy's own are."""


def in_order(order: int) -> Any:
    """A context in which blocks and threads run in this order; a GPU has its own order."""
    if cuda_device().kind != "emulated":
        return nullcontext()
    import cudaemu

    return cudaemu.settings(order=order)


def assert_same_bits_in_every_order(run: Callable[[], list[Any]], name: str = "") -> None:
    """What `run` computes does not depend on which block or thread comes first."""
    first = None
    for order in ORDERS:
        with in_order(order):
            results = [result for result in run() if hasattr(result, "dtype")]
        bits = [xpnet.to_numpy(result).tobytes() for result in results]
        first = first or bits
        assert bits, f"{name}: nothing to compare"
        assert bits == first, f"{name}: other bits in order {order} than in order {ORDERS[0]}"


def runs(primitive: str, backend: Backend, dtype: str) -> Iterator[tuple[str, Any]]:
    """Each case of a primitive by name, with a function that makes its arguments and calls it."""
    for name, case in CASES[primitive].items():

        def run(case: Any = case) -> list[Any]:
            arguments = tuple(made(argument, dtype, "contiguous") for argument in case)
            return called(primitive, backend, arguments)

        yield name, run


@contextmanager
def watched_memory(cp: Any) -> Iterator[Callable[[], None]]:
    """Arrays made inside lie between two zones.

    Gives a function that asserts that no zone was written into, and lets go of those arrays.
    """
    kept = []

    def allocate(size: int) -> Any:
        memory = cp.cuda.Memory(size + 2 * ZONE)
        cp.cuda.runtime.memset(memory.ptr, CANARY, size + 2 * ZONE)
        kept.append((memory, size))
        return cp.cuda.MemoryPointer(memory, ZONE)

    def check() -> None:
        for memory, size in kept:
            zones = [cp.cuda.MemoryPointer(memory, offset) for offset in (0, ZONE + size)]
            for side, zone in zip(("before", "behind"), zones, strict=True):
                content = cp.ndarray(ZONE, "uint8", zone).get()
                assert (content == CANARY).all(), f"written {side} an array of {size} bytes"
        kept.clear()

    with cp.cuda.using_allocator(allocate):
        yield check


@contextmanager
def guarded_memory(cp: Any, cudaemu: Any) -> Iterator[None]:
    """Arrays made inside end where readable memory ends, to the byte."""

    def allocate(size: int) -> Any:
        # the emulated device ends an allocation at a guard page if its size is a multiple of 16
        whole = -(-size // 16) * 16
        return cp.cuda.MemoryPointer(cp.cuda.Memory(whole), whole - size)

    with cudaemu.settings(guard=True), cp.cuda.using_allocator(allocate):
        yield
