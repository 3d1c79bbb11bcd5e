"""Numbers that an optimizer is made with, checked once."""

from __future__ import annotations

import math
from numbers import Real

from xpnet.errors import OptionError

__all__ = ["above_zero", "below_one"]


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


def _is_number(value: object) -> bool:
    """Of Python or NumPy."""
    return isinstance(value, Real) and not isinstance(value, bool)
