"""What options ask for, checked at the door: numbers, and what pictures need."""

from __future__ import annotations

import importlib.util
import math
from numbers import Integral, Real
from typing import Any

from xpnet.errors import OptionError

__all__ = ["above_zero", "below_one", "check_matplotlib", "is_whole", "whole_number"]


def above_zero(name: str, value: float) -> float:
    """`value` as a float, if it is a finite number above 0; else `OptionError`."""
    if not _is_number(value) or not 0 < value < math.inf:
        raise OptionError(f"{name}={value!r}: wanted a number above 0")
    return float(value)


def below_one(name: str, value: float) -> float:
    """`value` as a float, if it is a number from 0 to below 1; else `OptionError`."""
    if not _is_number(value) or not 0 <= value < 1:
        raise OptionError(f"{name}={value!r}: wanted a number from 0 to below 1")
    return float(value)


def whole_number(name: str, value: Any) -> int:
    """`value` as an int, if it is a whole number from 1 on; else `OptionError`."""
    if not is_whole(value):
        raise OptionError(f"{name}={value!r}: wanted a whole number from 1 on")
    return int(value)


def is_whole(value: Any) -> bool:
    """Whether this is a whole number from 1 on, of Python or of NumPy."""
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 1


def check_matplotlib() -> None:
    """`OptionError` where matplotlib, which draws every picture, is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise OptionError("pictures need matplotlib: pip install 'xpnet[plot]'")


def _is_number(value: object) -> bool:
    """Of Python or NumPy."""
    return isinstance(value, Real) and not isinstance(value, bool)
