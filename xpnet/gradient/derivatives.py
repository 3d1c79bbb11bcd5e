"""Derivatives of a function by central differences, with their errors and the kinks within h."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from xpnet.backends import Array, backend_of
from xpnet.gradient.noise import KINK_DEVIATIONS, MAX_DEVIATIONS, interval_noise

__all__ = ["Derivatives", "Perturbed", "estimate_derivatives", "single_entry"]

TRUNCATION_SAFETY = 2
"""The truncation estimate is the leading term of a series: twice it covers the other terms."""

TERM_RATIO = 1 / 8
"""Where the step resolves a smooth function, each term of the series is below this share of the
term before it."""

REFINEMENT, REFINEMENTS = 8, 3
"""Where a kink lies within the step, the derivative is taken with this many smaller steps, each
divided by the first number."""

FADED = 8
"""At a point where the second derivative jumps, but not the first, as of ``max(s, 0)**2`` at 0,
the kink indicator decreases with the step by at least this factor."""


class Perturbed(Protocol):
    """A function with each of its K entries moved in turn."""

    def __call__(self, s: float, /, *, entries: Sequence[int] | None = None) -> Array:
        """The values with one entry moved by s each, shape (K,); of all entries by default."""


@dataclass(frozen=True)
class Derivatives:
    """Derivatives of a function by each of K entries, with error estimates.

    Attributes
    ----------
    central : array, shape (K,)
        ``(f(x + h) - f(x - h)) / 2h`` for each entry.
    truncation : array, shape (K,)
        A bound on the truncation error of `central` where the function is smooth.
    rounding : float or array, shape (K,)
        A bound on its rounding error, and on the effect of a kink too small to distinguish from it.
    near_kink : array of bool, shape (K,)
        Where the function has a kink within `h`.
    estimate : array, shape (K,)
        The derivative at the point: `central`, or near a kink a difference with a smaller step.
    uncertainty : array, shape (K,)
        The error of `estimate` near a kink, and where only the second derivative jumps; 0
        elsewhere; infinite at a kink, where there is no derivative. (A right gradient may lie
        outside the one-sided derivatives: several ReLUs of a batch may have their kinks at the
        point.)
    """

    central: Array
    truncation: Array
    rounding: Any
    near_kink: Array
    estimate: Array
    uncertainty: Array


def estimate_derivatives(perturbed: Perturbed, value: Any, noise: Any, h: float) -> Derivatives:
    """Derivatives of a function by each of its entries.

    Parameters
    ----------
    perturbed : callable
    value : float or array, shape (K,)
        The function with nothing moved.
    noise : float or array, shape (K,)
        The standard deviation of its rounding error. It is raised where what looks like a kink
        turns out to be larger rounding errors.
    h : float
    """
    central, truncation, indicator = _central_differences(perturbed, value, h)
    noise = _raised_noise(perturbed, indicator, noise, h)
    near_kink = indicator > KINK_DEVIATIONS * noise / h
    backend = backend_of(central)
    estimate, uncertainty = central + 0, central * 0
    entries = backend.xp.nonzero(near_kink)[0]
    for level in range(1, REFINEMENTS + 1):
        if not len(entries):
            break
        host: list[int] = backend.to_numpy(entries).tolist()
        refined, step = partial(perturbed, entries=host), h / REFINEMENT**level
        slope, slope_truncation, refined_indicator = _central_differences(
            refined, _at(value, entries), step
        )
        rounding = KINK_DEVIATIONS * _at(noise, entries) / step
        estimate[entries] = slope
        uncertainty[entries] = slope_truncation + rounding
        remaining = refined_indicator > rounding
        entries, refined_indicator = entries[remaining], refined_indicator[remaining]
    if len(entries):
        # at a kink the indicator is the same for every step; where only the second derivative
        # jumps, it decreases
        faded = refined_indicator * FADED < _at(indicator, entries)
        uncertainty[entries] += backend.xp.where(faded, refined_indicator, math.inf)
    # a kink too small to distinguish from rounding moves `central` by no more than the indicator
    undetected = backend.xp.where(~near_kink & (indicator > 0), indicator, 0)
    rounding = MAX_DEVIATIONS * noise / h + undetected
    return Derivatives(central, truncation, rounding, near_kink, estimate, uncertainty)


def single_entry(perturbed: Perturbed, entry: int, start: float = 0.0) -> Callable[[float], float]:
    """The function of one entry alone, from a start beside the point."""
    return lambda s: float(perturbed(start + s, entries=[entry])[0])


def _central_differences(perturbed: Perturbed, value: Any, h: float) -> tuple[Array, Array, Array]:
    """Central differences, their truncation errors, and an indicator of kinks within h.

    For a smooth function the central difference with step s is ``f' + s**2 f''' / 6``: two steps
    give the second term, which is four times as large at twice the step. The one-sided
    differences are apart by ``s f''``, twice as much at twice the step. A kink breaks these
    proportions: there the one-sided differences are apart by the jump of the derivative whatever
    the step, less where the kink lies beside the point. Three steps find it anywhere within h.
    The indicator is the largest deviation from the proportions, and 0 or less where truncation
    explains it.
    """
    central, jump = {}, {}
    for step in (h / 2, h, 2 * h):
        above, below = perturbed(step), perturbed(-step)
        central[step] = (above - below) / (2 * step)
        jump[step] = ((above - value) + (below - value)) / step
    # D(h) - D(h/2) holds three quarters of the leading error of D(h)
    change, wider_change = central[h] - central[h / 2], central[2 * h] - central[h]
    truncation = abs(change) * (4 / 3)
    maximum = backend_of(change).xp.maximum
    indicator = maximum(abs(jump[h] - 2 * jump[h / 2]), abs(jump[2 * h] - 2 * jump[h]))
    indicator = maximum(indicator, abs(wider_change - 4 * change))
    return central[h], TRUNCATION_SAFETY * truncation, indicator - TERM_RATIO * truncation


def _raised_noise(perturbed: Perturbed, indicator: Array, noise: Any, h: float) -> Any:
    """The noise, raised where rounding, not a kink, explains the smallest indicator of a kink.

    All entries perturb one function and share its rounding: if the smallest indicator belongs to
    a kink, then all of them do.
    """
    xp = backend_of(indicator).xp
    while True:
        suspects = indicator > KINK_DEVIATIONS * noise / h
        if not bool(suspects.any()):
            return noise
        smallest = int(xp.where(suspects, indicator, math.inf).argmin())
        measured = interval_noise(single_entry(perturbed, smallest), h)
        if not float(indicator[smallest]) <= KINK_DEVIATIONS * measured / h:
            return noise
        noise = xp.zeros_like(indicator) + noise
        noise = xp.where(noise < measured, measured, noise)


def _at(per_entry: Any, entries: Array) -> Any:
    """The numbers of these entries; a single number is that of every entry."""
    return per_entry[entries] if getattr(per_entry, "ndim", 0) else per_entry
