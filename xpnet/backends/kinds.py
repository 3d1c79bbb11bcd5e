"""What arrays may hold, and what errors say of those that mean something else than they show.

A masked array has entries that do not count, ``*`` of a matrix is a product of matrices, and
complex numbers, dates, words and objects are no real numbers, by which a derivative could be
taken. Computed with as if they were, they give wrong results and no error.
"""

from __future__ import annotations

from collections import UserList, deque
from numbers import Real
from typing import Any

import numpy as np

from xpnet.errors import ArgumentTypeError, ShapeError

__all__ = ["REAL", "converted", "hidden_meaning", "other_entries", "other_meaning", "real_number"]

REAL = frozenset("biuf")
"""The kinds of dtypes that are real numbers: bool, integers and floating."""

SEQUENCES = list, tuple, deque, UserList
NUMBERS = {bool, int, float}

REMEDIES = {
    "c": "take x.real, or abs(x)",
    "M": "count time in numbers, as (x - x.min()) / np.timedelta64(1, 's') does",
    "m": "count time in numbers, as x / np.timedelta64(1, 's') does",
    "O": "np.array(x, 'float64') converts objects that are numbers",
    "S": "np.array(x, 'float64') reads numerals, np.unique(x, return_inverse=True) numbers words",
    "V": "take the fields apart, as np.column_stack([x[name] for name in x.dtype.names]) does",
}
REMEDIES["U"] = REMEDIES["T"] = REMEDIES["S"]


def other_meaning(x: Any) -> str | None:
    """What is to be said of an array or a number that computes otherwise than it looks, or None."""
    if isinstance(x, np.ma.MaskedArray):
        return (
            "got a masked array, whose mask would be dropped: fill it, as x.filled(0) does, or "
            "leave the masked rows out"
        )
    if isinstance(x, np.matrix):
        return "got a np.matrix, whose * is the product of matrices: np.asarray(x) makes an array"
    # arrays of other libraries tell the kind of their entries as NumPy's do, or not at all
    kind = getattr(getattr(x, "dtype", None), "kind", "f")
    return None if kind in REAL else other_entries(x)


def other_entries(x: Any) -> str:
    """What is to be said of an array whose entries are no real numbers."""
    remedy = REMEDIES.get(getattr(x.dtype, "kind", ""), "convert it to float64")
    return (
        f"got an array of {x.dtype}, expected real numbers (bool, integers or floating): {remedy}"
    )


def converted(x: Any, caller: str = "asarray") -> Any:
    """What is no array of a backend yet, as an array of numbers on the host.

    Arrays of a device come back as they are: that device's library may take them.

    Raises
    ------
    ArgumentTypeError
        It holds something else than numbers, or hides a masked array or a matrix.
    ShapeError
        Sequences of different lengths.
    """
    meaning = hidden_meaning(x)
    if meaning is None:
        try:
            host = np.asarray(x)
        except TypeError:  # arrays of a device do not come over unasked
            return x
        except ValueError as error:
            raise ShapeError(
                f"{caller}: got a {type(x).__name__} that makes no array: {error}"
            ) from None
        if host.dtype.kind in REAL:
            return host
        meaning = other_entries(host)
        if host.dtype.kind == "O":
            meaning = (
                f"got a {type(x).__name__}, which makes an array of objects: expected real "
                "numbers, a sequence of them, or an array"
            )
    raise ArgumentTypeError(f"{caller}: {meaning}")


def real_number(x: Any, caller: str) -> float:
    """A number, or an array of one number, as a float of Python.

    Raises
    ------
    ArgumentTypeError, ShapeError
        It is something else: words and complex numbers too, which ``float`` would take.
    """
    return float(x if isinstance(x, Real) else converted(x, caller))


def hidden_meaning(x: Any) -> str | None:
    """`other_meaning` of what `x` is, or of the first such entry of nested sequences."""
    if not isinstance(x, SEQUENCES):
        return other_meaning(x)
    if NUMBERS.issuperset(map(type, x)):  # long rows need no call for each entry
        return None
    return next((found for entry in x if (found := hidden_meaning(entry))), None)
