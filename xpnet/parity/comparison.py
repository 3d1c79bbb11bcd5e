"""Two results of one operation, held against the bound on their difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.parity.bounds import Bound, gamma

__all__ = ["Difference", "compare", "compare_results"]


@dataclass(frozen=True)
class Difference:
    """How far two results are apart, at the entry that is worst for its bound.

    Attributes
    ----------
    relative : float
        ``|A - B| / scale``.
    bound : float or None
        What `relative` may be; None where no bound is derived.
    excess : float
        `relative` by `bound`, what may underflow considered: above 1 is outside.
    finds : float or None
        The smallest relative error of the whole result that is found for certain; 0 finds any.
    unlike : str or None
        How the results differ in shape or dtype, which no rounding explains.
    """

    relative: float
    bound: float | None
    excess: float
    finds: float | None
    unlike: str | None = None


def compare(ours: Array, theirs: Array, bound: Bound | None, dtype: Any) -> Difference:
    """Hold two results of one operation, on the host, against its bound.

    Parameters
    ----------
    ours, theirs : numpy arrays
    bound : Bound or None
        How far each may be from the exact result. Without one, or where it is infinite at some
        entry and says nothing, they are compared relative to the largest entry.
    dtype : "float32" or "float64"
        In which they were computed.

    Examples
    --------
    >>> found = compare(np.ones(2), np.array([1, 1.001]), Bound(np.ones(2), 3), "float32")
    >>> print(f"{found.relative:.1e}, bound {found.bound:.1e}")
    1.0e-03, bound 3.6e-07
    >>> found.excess > 1
    True
    """
    if np.shape(ours) != np.shape(theirs):
        return _unlike(f"shape {np.shape(ours)} against {np.shape(theirs)}")
    # flat copies: worst entries are counted in row-major order; 0-d becomes one entry
    a, b = (np.ravel(np.asarray(x, "float64")) for x in (ours, theirs))
    if not a.size:
        return Difference(0.0, None if bound is None else 0.0, 0.0, None)
    difference = _difference(a, b)
    if bound is None or not np.isfinite(gamma(bound.count, dtype)).all():
        size = float(np.abs(a).max())
        return Difference(float(_ratio(difference, size).max()), None, 0.0, None)
    scale = np.ravel(np.broadcast_to(bound.scale, np.shape(ours)))
    count, floor = (
        np.ravel(np.broadcast_to(np.asarray(n, "float64"), np.shape(ours)))
        for n in (bound.count, bound.floor)
    )
    relative_bound = 2 * gamma(count, dtype)
    lost = 2 * (count + floor) * float(np.finfo(dtype).tiny)
    excess = _ratio(difference, relative_bound * scale + lost)
    worst = int(np.argmax(excess if excess.any() else relative_bound))
    seen = np.isfinite(a) & (a != 0)  # of 0, no part is an error
    finds = 2 * (relative_bound * scale)[seen] / np.abs(a[seen])
    return Difference(
        float(_ratio(difference, scale)[worst]),
        float(relative_bound[worst]),
        float(excess[worst]),
        float(finds.min()) if finds.size else None,
    )


def _unlike(how: str) -> Difference:
    """What two results are that cannot be held against each other."""
    return Difference(np.inf, 0.0, np.inf, None, how)


def compare_results(ours: Array, theirs: Array, bound: Bound | None, dtype: Any) -> Difference:
    """`compare` for what two backends gave, which must be of one dtype, too."""
    if ours.dtype != theirs.dtype:
        return _unlike(f"{ours.dtype} against {theirs.dtype}")
    return compare(ours, theirs, bound, dtype)


def _difference(a: Array, b: Array) -> Array:
    """``|a - b|``: 0 where both are the same infinity or both NaN, infinite where one is."""
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(invalid="ignore", over="ignore"):
        difference = np.abs(a - b)
    return np.where(same, 0.0, np.where(np.isnan(difference), np.inf, difference))


def _ratio(part: Array, whole: Any) -> Array:
    """``part / whole``: 0 where nothing differs, infinite where nothing may."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = part / whole
    # NaN: infinity by infinity or NaN by a scale that is not finite, which nothing explains
    return np.where(part == 0, 0.0, np.where(np.isnan(ratio), np.inf, ratio))
