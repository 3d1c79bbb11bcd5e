"""compare: a gradient by backpropagation against estimated derivatives, within their errors."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xpnet.backends import Array, backend_of
from xpnet.gradient.derivatives import Derivatives
from xpnet.gradient.parameter_result import Entry, ParameterCheck
from xpnet.gradient.report import NOTHING_CHECKED
from xpnet.parameters import place_of

__all__ = ["compare", "uninformative"]


RESOLVED = 4
"""Error budgets that a gradient must exceed to be checked: below that, one twice as large, or of
the other sign, might pass."""


def compare(name: str, backprop: Array, derivatives: Derivatives) -> ParameterCheck:
    """Compare a gradient by backpropagation with estimated derivatives.

    Parameters
    ----------
    name : str
    backprop : array
    derivatives : Derivatives
        Of its entries in row-major order.

    Notes
    -----
    NaN in either gradient is an infinite difference. A parameter of which no entry has a
    derivative does not pass: nothing was checked.
    """
    backend = backend_of(backprop, derivatives.central, caller=name)
    xp, flat, shape = backend.xp, backprop.reshape(-1), tuple(backprop.shape)
    estimate, uncertainty = derivatives.estimate, derivatives.uncertainty
    difference = _nan_to_infinity(abs(flat - estimate))
    certain = difference - xp.where(difference == math.inf, 0, uncertainty)
    truncation = xp.where(derivatives.near_kink, 0, derivatives.truncation)
    budget = truncation + derivatives.rounding
    excess = _nan_to_infinity(certain - budget)
    size = xp.where(abs(flat) < abs(estimate), abs(estimate), abs(flat))
    largest = float(size.max())

    def entry(place: int) -> Entry:
        return Entry(place_of(place, shape), float(flat[place]), float(estimate[place]))

    at_kink = uncertainty == math.inf
    smallest = RESOLVED * (budget + uncertainty)
    some_resolved = largest == 0 or bool((size > smallest).any())
    unresolved = ~at_kink & (smallest >= (largest or math.inf) if some_resolved else ~at_kink)
    unchecked, unresolved_count = int(at_kink.sum()), int(unresolved.sum())
    kinks = backend.to_numpy(xp.nonzero(derivatives.near_kink)[0]).tolist()
    max_truncation, max_rounding = float(truncation.max()), float((budget - truncation).max())
    return ParameterCheck(
        name=name,
        mean_abs_difference=float(abs(flat - derivatives.central).mean()),
        max_abs_difference=float(xp.where(derivatives.near_kink, 0, certain).max()),
        budget=max_truncation + max_rounding,
        truncation=max_truncation,
        rounding=max_rounding,
        largest=largest,
        worst=entry(int(excess.argmax())),
        kinks=tuple(entry(place) for place in kinks),
        unchecked=unchecked,
        checked=math.prod(shape) - unchecked - unresolved_count,
        passed=float(excess.max()) <= 0 and unchecked < len(flat),
        unresolved=unresolved_count,
    )


def _nan_to_infinity(difference: Array) -> Array:
    return backend_of(difference).xp.where(difference == difference, difference, math.inf)


def uninformative(checks: Sequence[ParameterCheck]) -> list[str]:
    """A problem where an error budget is so wide that any gradient would pass, even 0."""
    scale = max((check.largest for check in checks), default=0.0)
    wide = [c for c in checks if c.unresolved and not c.checked and not RESOLVED * c.budget < scale]
    if not wide:
        return []
    names = ", ".join(check.name for check in wide)
    return [
        f"{names}: the error budget is above every gradient, the largest of which is {scale:.2g}: "
        f"{NOTHING_CHECKED}; use another h, or float64"
    ]
