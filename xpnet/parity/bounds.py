"""Bounds on rounding errors: the unit roundoff, Higham's gamma, the bound of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import Array

__all__ = ["ELEMENTARY", "Bound", "gamma", "unit_roundoff"]

ELEMENTARY = 8
"""Roundings that exp or log counts as: 4 units in the last place are 8 unit roundoffs."""


def unit_roundoff(dtype: Any) -> float:
    """Half the distance from 1 to the next larger number of the dtype.

    Examples
    --------
    >>> unit_roundoff("float32") == 2**-24
    True
    """
    return float(np.finfo(dtype).eps) / 2


def gamma(count: Any, dtype: Any) -> Any:
    """``n u / (1 - n u)``, a bound on the relative error of n roundings; infinite if ``n u >= 1``.

    Parameters
    ----------
    count : number or array
        n.
    dtype : "float32" or "float64"

    Examples
    --------
    >>> float(gamma(100, "float32"))
    5.960...e-06
    """
    steps = np.asarray(count, "float64") * unit_roundoff(dtype)
    with np.errstate(divide="ignore"):
        return np.where(steps < 1, steps / (1 - np.minimum(steps, 1)), np.inf)


@dataclass(frozen=True)
class Bound:
    """How far a right result may be from the exact one: ``gamma(count) * scale`` for each entry.

    Attributes
    ----------
    scale : array of float64, shape of the result
        The sum of the absolute values of the terms that are summed in each entry.
    count : number or array that broadcasts to it
        How many roundings contribute to an entry; 0 where the result is exact.
    floor : number or array
        How many times the smallest normal number underflow may add to the error, besides `count`.
    """

    scale: Array
    count: Any
    floor: Any = 0.0
