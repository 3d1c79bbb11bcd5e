"""Checks of options: numbers, memory, and the libraries that pictures need."""

from __future__ import annotations

import contextlib
import importlib.util
import math
import os
import sys
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from xpnet.errors import MissingExtraError, OptionError

__all__ = [
    "above_zero",
    "below_one",
    "check_matplotlib",
    "check_memory",
    "check_pillow",
    "from_zero",
    "is_number",
    "is_whole",
    "memory",
    "whole_number",
]

CONTAINER_LIMITS = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"
"""Where Linux says what a container may take, in its two versions."""


def above_zero(name: str, value: float) -> float:
    """`value` as a float, if it is a finite number above 0; else `OptionError`."""
    made = _as_float(value)
    if not 0 < made < math.inf:
        raise OptionError(f"{name}: expected a number above 0, got {value!r:.100}")
    return made


def from_zero(name: str, value: float) -> float:
    """`value` as a float, if it is a finite number from 0 on; else `OptionError`."""
    made = _as_float(value)
    if not 0 <= made < math.inf:
        raise OptionError(f"{name}: expected a number from 0 on, got {value!r:.100}")
    return made


def _as_float(value: Any) -> float:
    """`value` as a float: infinite if it is a whole number beyond all floats, NaN if it is none."""
    made = math.inf
    with contextlib.suppress(OverflowError):
        made = float(value) if is_number(value) else math.nan
    return made


def below_one(name: str, value: float) -> float:
    """`value` as a float, if it is a number from 0 to below 1; else `OptionError`."""
    if not is_number(value) or not 0 <= value < 1:
        raise OptionError(f"{name}: expected a number from 0 to below 1, got {value!r}")
    return float(value)


def whole_number(name: str, value: Any) -> int:
    """`value` as an int, if it is a whole number from 1 on; else `OptionError`."""
    if not is_whole(value):
        raise OptionError(f"{name}: expected a whole number from 1 on, got {value!r}")
    return int(value)


def is_whole(value: Any) -> bool:
    """Whether this is a whole number from 1 on, of Python or of NumPy."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def memory() -> int:
    """Bytes of memory that a process can have at most, on this machine or in this container."""
    limits = [sys.maxsize]
    with contextlib.suppress(AttributeError, ValueError, OSError):  # Windows does not say
        limits.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in CONTAINER_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
            limits.append(int(Path(path).read_text(encoding="ascii")))
    return min(limits)


def check_memory(subject: str, size: int, total: int | None = None) -> None:
    """`OptionError` if so many bytes are more than all memory, by default this machine's.

    Asking the system for them may succeed, and the process be killed once it uses them.
    """
    total = memory() if total is None else total
    if size > total:
        raise OptionError(f"{subject}: needs more than the {total / 1e9:,.1f} GB of memory here")


def check_matplotlib() -> None:
    """`MissingExtraError` where matplotlib, which draws every picture, is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise MissingExtraError("pictures need matplotlib: pip install 'xpnet[plot]'")


def check_pillow() -> None:
    """`MissingExtraError` where Pillow, which reads and writes images, is not installed."""
    if importlib.util.find_spec("PIL") is None:
        raise MissingExtraError("images need Pillow: pip install 'xpnet[images]'")


def is_number(value: object) -> bool:
    """Whether this is a real number, of Python or of NumPy."""
    return isinstance(value, Real) and not isinstance(value, bool)
