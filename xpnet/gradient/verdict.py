"""From slopes and a gradient by backpropagation to the verdict on one parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence

from xpnet.backends import Array, backend_of
from xpnet.gradient.report import NOTHING, Entry, ParameterCheck
from xpnet.gradient.slopes import Slopes
from xpnet.parameters import place_of

__all__ = ["judge", "uninformative"]


RESOLVED = 4
"""Budgets: a gradient that is no larger could be twice as large, or of the other sign, and pass."""


def judge(name: str, backprop: Array, slopes: Slopes) -> ParameterCheck:
    """Hold a gradient by backpropagation against measured slopes.

    Parameters
    ----------
    name : str
    backprop : array
    slopes : Slopes
        Of its entries in row-major order.

    Notes
    -----
    NaN in either gradient is a difference without end. A parameter of which no entry has a
    derivative does not pass: nothing was checked.
    """
    backend = backend_of(backprop, slopes.central, caller=name)
    xp, flat, shape = backend.xp, backprop.reshape(-1), tuple(backprop.shape)
    difference = _finite_or_infinite(abs(flat - slopes.nearest))
    excess = difference - xp.where(difference == math.inf, 0, slopes.slack)
    truncation = xp.where(slopes.kinked, 0, slopes.truncation)
    allowed = truncation + slopes.rounding
    beyond = _finite_or_infinite(excess - allowed)
    size = xp.where(abs(flat) < abs(slopes.nearest), abs(slopes.nearest), abs(flat))
    largest = float(size.max())

    def entry(place: int) -> Entry:
        return Entry(place_of(place, shape), float(flat[place]), float(slopes.nearest[place]))

    on_kink = slopes.slack == math.inf
    least = RESOLVED * (allowed + slopes.slack)
    seen = largest == 0 or bool((size > least).any())
    unresolved = ~on_kink & (least >= (largest or math.inf) if seen else ~on_kink)
    unchecked, blurred = int(on_kink.sum()), int(unresolved.sum())
    kinks = backend.to_numpy(xp.nonzero(slopes.kinked)[0]).tolist()
    truncated, rounded = float(truncation.max()), float((allowed - truncation).max())
    return ParameterCheck(
        name=name,
        mean_abs_difference=float(abs(flat - slopes.central).mean()),
        max_abs_difference=float(xp.where(slopes.kinked, 0, excess).max()),
        budget=truncated + rounded,
        truncation=truncated,
        rounding=rounded,
        largest=largest,
        worst=entry(int(beyond.argmax())),
        kinks=tuple(entry(place) for place in kinks),
        unchecked=unchecked,
        checked=math.prod(shape) - unchecked - blurred,
        passed=float(beyond.max()) <= 0 and unchecked < len(flat),
        unresolved=blurred,
    )


def _finite_or_infinite(difference: Array) -> Array:
    return backend_of(difference).xp.where(difference == difference, difference, math.inf)


def uninformative(checks: Sequence[ParameterCheck]) -> list[str]:
    """Whether a budget is so wide that a gradient of 0 would pass as any other."""
    scale = max((check.largest for check in checks), default=0.0)
    blunt = [
        c for c in checks if c.unresolved and not c.checked and not RESOLVED * c.budget < scale
    ]
    if not blunt:
        return []
    names = ", ".join(check.name for check in blunt)
    return [
        f"{names}: the budget is above every gradient here, the largest being {scale:.2g}: "
        f"{NOTHING}; take another h, or float64"
    ]
