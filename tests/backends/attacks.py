"""How kernels are attacked: run in other orders, and given memory whose edges are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
from typing import Any

import xpnet
from xpnet.backends import Backend

from .primitive_calls import called, made
from .primitive_cases import CASES

ORDERS = [0, 1, 2, 3, 12345]
"""Index order, the reverse, and three shuffles, of blocks and of threads between barriers."""

CANARY = 0xA5
ZONE = 256
"""Bytes before and behind each watched array; a multiple of what a device's vectors want."""


def in_order(order: int) -> Any:
    """A context in which blocks and threads run in this order; a GPU has its own, each time."""
    if find_spec("cudaemu") is None:
        return nullcontext()
    import cudaemu

    return cudaemu.settings(order=order) if cudaemu.active() else nullcontext()


def assert_same_bits_in_every_order(run: Callable[[], list[Any]], name: str = "") -> None:
    """What `run` computes does not depend on which block or thread comes first."""
    found = []
    for order in ORDERS:
        with in_order(order):
            results = [result for result in run() if hasattr(result, "dtype")]
        found.append([xpnet.to_numpy(result).tobytes() for result in results])
    assert found[0], f"{name}: nothing to compare"
    for order, bits in zip(ORDERS, found, strict=True):
        assert bits == found[0], f"{name}: other bits in order {order} than in order {ORDERS[0]}"


def runs(primitive: str, backend: Backend, dtype: str) -> Iterator[tuple[str, Any]]:
    """Each case of a primitive, and what makes its arguments anew and calls it."""
    for name, case in CASES[primitive].items():

        def run(case: Any = case) -> list[Any]:
            arguments = tuple(made(argument, dtype, "contiguous") for argument in case)
            return called(primitive, backend, arguments)

        yield name, run


@contextmanager
def watched_memory(cp: Any) -> Iterator[Callable[[], None]]:
    """Arrays made inside lie between two zones; what it gives asserts that none was written."""
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
def guarded_memory(cp: Any, emulator: Any) -> Iterator[None]:
    """Arrays made inside end where readable memory ends, to the byte."""

    def allocate(size: int) -> Any:
        whole = -(-size // 16) * 16  # the emulator ends an allocation there, at such sizes
        return cp.cuda.MemoryPointer(cp.cuda.Memory(whole), whole - size)

    with emulator.settings(guard=True), cp.cuda.using_allocator(allocate):
        yield
