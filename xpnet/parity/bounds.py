"""Bounds on rounding errors: the unit roundoff, Higham's gamma, the bound of an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import Array

__all__ = ["ELEMENTARY", "INPUT", "TF32", "Bound", "gamma", "unit_roundoff"]

ELEMENTARY = 8
"""Roundings that exp or log counts as: 4 units in the last place are 8 unit roundoffs."""

INPUT = "dx"
"""The name under which a layer's rule gives the bound of the gradient of the input."""

TF32 = 2**-11
"""The unit roundoff of TF32, to which tensor cores round the factors of products in float32."""


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
    factors : number or array
        How many factors of each term are rounded to TF32 where products may be: 2 in a product
        of matrices, which is the only operation that `set_matmul_precision` changes.
    """

    scale: Array
    count: Any
    floor: Any = 0.0
    factors: Any = 0

    def roundings(self, dtype: Any, precision: str) -> Any:
        """How many roundings of the dtype are as much as all that contribute to an entry.

        Parameters
        ----------
        dtype : "float32" or "float64"
        precision : "float32" or "tf32"
            That of products in float32.

        Examples
        --------
        >>> product = Bound(np.ones((2, 2)), count=100, factors=2)
        >>> product.roundings("float32", "float32")
        100
        >>> float(product.roundings("float32", "tf32"))  # 100 of 2 units, 2 of 2**13 units
        16584.0
        """
        if precision != "tf32" or np.dtype(dtype) != "float32":
            return self.count
        # tensor cores cut off what does not fit when they add, which is up to 2 unit roundoffs
        added = np.where(np.asarray(self.factors) > 0, self.count, 0.0)
        return self.count + added + np.asarray(self.factors) * (TF32 / unit_roundoff("float32"))
