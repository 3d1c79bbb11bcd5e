"""The difference of two results of one operation, compared with its bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.parity.bounds import Bound, gamma

__all__ = ["Difference", "compare", "compare_results"]


@dataclass(frozen=True)
class Difference:
    """The difference of two results at the entry where it is largest beside its bound.

    Attributes
    ----------
    relative : float
        ``|A - B| / scale``.
    bound : float or None
        The largest `relative` that rounding explains; None where no bound is derived.
    bound_ratio : float
        The difference divided by its bound, possible underflow included; above 1 it exceeds the
        bound.
    detectable : float or None
        The smallest relative error of the whole result that exceeds the bound for certain; 0 if
        any does.
    mismatch : str or None
        How the results differ in shape or dtype, which no rounding explains.
    """

    relative: float
    bound: float | None
    bound_ratio: float
    detectable: float | None
    mismatch: str | None = None


def compare(
    reference: Array,
    candidate: Array,
    bound: Bound | None,
    dtype: Any,
    precision: str = "float32",
) -> Difference:
    """Compare the difference of two results of one operation, on the host, with its bound.

    Parameters
    ----------
    reference, candidate : numpy arrays
    bound : Bound or None
        How far each may be from the exact result. Without one, or where it is infinite at some
        entry, the difference is relative to the largest entry.
    dtype : "float32" or "float64"
        The dtype in which they were computed.
    precision : "float32" or "tf32"
        The precision of products in float32 that was in force.

    Returns
    -------
    Difference

    Examples
    --------
    >>> found = compare(np.ones(2), np.array([1, 1.001]), Bound(np.ones(2), 3), "float32")
    >>> print(f"{found.relative:.1e}, bound {found.bound:.1e}")
    1.0e-03, bound 3.6e-07
    >>> found.bound_ratio > 1
    True
    """
    shape = np.shape(reference)
    if np.shape(candidate) != shape:
        return _mismatch(f"shape {shape} against {np.shape(candidate)}")
    a, b = (np.ravel(np.asarray(x, "float64")) for x in (reference, candidate))
    if not a.size:
        return Difference(0.0, None if bound is None else 0.0, 0.0, None)
    difference = _difference(a, b)
    roundings = np.inf if bound is None else bound.roundings(dtype, precision)
    relative_bounds = 2 * gamma(roundings, dtype)
    if bound is None or not np.isfinite(relative_bounds).all():
        size = float(np.abs(a).max())
        return Difference(float(_ratio(difference, size).max()), None, 0.0, None)
    scale, count, floor, relative_bound = (
        np.ravel(np.broadcast_to(np.asarray(n, "float64"), shape))
        for n in (bound.scale, bound.count, bound.floor, relative_bounds)
    )
    underflow = 2 * (count + floor) * float(np.finfo(dtype).tiny)
    bound_ratio = _ratio(difference, relative_bound * scale + underflow)
    worst = int(np.argmax(bound_ratio if bound_ratio.any() else relative_bound))
    nonzero = np.isfinite(a) & (a != 0)  # 0 has no relative error
    detectable = 2 * (relative_bound * scale)[nonzero] / np.abs(a[nonzero])
    return Difference(
        float(_ratio(difference, scale)[worst]),
        float(relative_bound[worst]),
        float(bound_ratio[worst]),
        float(detectable.min()) if detectable.size else None,
    )


def _mismatch(sentence: str) -> Difference:
    """The difference of results that cannot be compared."""
    return Difference(np.inf, 0.0, np.inf, None, sentence)


def compare_results(
    reference: Array,
    candidate: Array,
    bound: Bound | None,
    dtype: Any,
    precision: str = "float32",
) -> Difference:
    """`compare` for the results of two backends, which must also be of one dtype."""
    if reference.dtype != candidate.dtype:
        return _mismatch(f"{reference.dtype} against {candidate.dtype}")
    return compare(reference, candidate, bound, dtype, precision)


def _difference(a: Array, b: Array) -> Array:
    """``|a - b|``: 0 where both are NaN or the same infinity, infinite where only one is."""
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(a - b)
    return np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference))


def _ratio(difference: Array, scale: Any) -> Array:
    """``difference / scale``: 0 where the difference is 0, infinite where only the scale is 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = difference / scale
    # NaN is infinity by infinity, or a scale of NaN: no rounding explains such a difference
    return np.where(difference == 0, 0.0, np.where(np.isnan(ratio), np.inf, ratio))
