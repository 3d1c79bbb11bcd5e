"""From slopes and a gradient by backpropagation to the verdict on one parameter."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from xpnet.backends import Array, backend_of
from xpnet.gradient.report import Entry, ParameterCheck
from xpnet.gradient.slopes import Slopes
from xpnet.parameters import place_of

__all__ = ["judge", "too_blunt"]


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
    excess = _finite_or_infinite(abs(flat - slopes.nearest)) - slopes.slack
    truncation = float(xp.where(slopes.kinked, 0, slopes.truncation).max())
    budget = truncation + slopes.rounding

    def entry(place: int) -> Entry:
        return Entry(place_of(place, shape), float(flat[place]), float(slopes.nearest[place]))

    unchecked = int((slopes.slack == math.inf).sum())
    kinks = backend.to_numpy(xp.nonzero(slopes.kinked)[0]).tolist()
    return ParameterCheck(
        name=name,
        mean_abs_difference=float(abs(flat - slopes.central).mean()),
        max_abs_difference=float(xp.where(slopes.kinked, 0, excess).max()),
        budget=budget,
        truncation=truncation,
        rounding=slopes.rounding,
        largest=float(xp.maximum(abs(flat), abs(slopes.nearest)).max()),
        worst=entry(int(excess.argmax())),
        kinks=tuple(entry(place) for place in kinks),
        unchecked=unchecked,
        checked=math.prod(shape) - unchecked,
        passed=float(excess.max()) <= budget and unchecked < len(flat),
    )


def _finite_or_infinite(difference: Array) -> Array:
    return backend_of(difference).xp.where(difference == difference, difference, math.inf)


def too_blunt(checks: Sequence[ParameterCheck]) -> Iterator[str]:
    """Where the budget is so wide that a gradient of 0 would pass as any other."""
    scale = max((check.largest for check in checks), default=0.0)
    for check in checks:
        if scale > 0 and not check.budget < scale:
            yield (
                f"{check.name}: the budget {check.budget:.2g} is above every gradient here, the "
                f"largest being {scale:.2g}: nothing was checked; take another h, or float64"
            )
