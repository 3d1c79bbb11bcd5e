"""The emulated device as Python sees it: what it has counted, and how it behaves."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

LIBRARIES = Path(__file__).parent / "lib"

_SETTINGS = {
    "order": ctypes.c_uint,
    "memory": ctypes.c_size_t,
    "guard": ctypes.c_int,
    "devices": ctypes.c_int,
}

_library: ctypes.CDLL | None = None


def load() -> None:
    """Load the emulator into this process, under every name of NVIDIA's that CuPy will ask for."""
    global _library
    core = ctypes.CDLL(str(LIBRARIES / "libcudaemu.so"))
    for alias in sorted(LIBRARIES.glob("*.so.*")):
        ctypes.CDLL(str(alias))
    for name, kind in _SETTINGS.items():
        getattr(core, f"emu_get_{name}").restype = kind
        getattr(core, f"emu_set_{name}").argtypes = [kind]
    core.emu_counter_name.restype = ctypes.c_char_p
    _library = core


def active() -> bool:
    """Whether CuPy in this process runs on the emulated device."""
    return _library is not None


def _loaded() -> ctypes.CDLL:
    if _library is None:
        raise RuntimeError(
            "cudaemu is not active in this process: import cupy first (with CUDAEMU=1 where "
            "there is a GPU)"
        )
    return _library


def counters() -> dict[str, int]:
    """Everything counted since the process began."""
    core = _loaded()
    names = [core.emu_counter_name(i).decode() for i in range(core.emu_counter_count())]
    values = (ctypes.c_ulonglong * len(names)).in_dll(core, "emu_counters")
    return dict(zip(names, values, strict=True))


@contextlib.contextmanager
def measure() -> Iterator[dict[str, int]]:
    """What the block counts: the dictionary is filled when it ends, with what is not 0."""
    before: dict[str, int] = counters()
    changed: dict[str, int] = {}
    try:
        yield changed
    finally:
        changed.update({k: v - before[k] for k, v in counters().items() if v != before[k]})


@contextlib.contextmanager
def settings(
    order: int | None = None,
    memory: int | None = None,
    guard: bool | None = None,
    devices: int | None = None,
) -> Iterator[None]:
    """For the block, another behaviour of the device; None leaves a thing as it is.

    Parameters
    ----------
    order : int, optional
        In which order blocks, and threads between barriers, run: 0 as they are numbered, 1 the
        other way round, any other number a shuffle of that seed. A result that depends on it is
        a race.
    memory : int, optional
        Bytes of memory that each device has.
    guard : bool, optional
        Whether every allocation ends at a page that nobody may touch. CuPy's pool cuts arrays
        out of larger blocks: use it with `cupy.cuda.using_allocator(None)`.
    devices : int, optional
        How many devices there are.
    """
    core = _loaded()
    asked = {"order": order, "memory": memory, "guard": guard, "devices": devices}
    given = {name: int(value) for name, value in asked.items() if value is not None}
    before = {name: getattr(core, f"emu_get_{name}")() for name in given}
    try:
        for name, value in given.items():
            getattr(core, f"emu_set_{name}")(value)
        yield
    finally:
        for name, value in before.items():
            getattr(core, f"emu_set_{name}")(value)
