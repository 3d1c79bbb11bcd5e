"""check_parameter: one gradient against central differences of a function."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.gradient.comparison import compare
from xpnet.gradient.derivatives import (
    Derivatives,
    Perturbed,
    estimate_derivatives,
    single_entry,
)
from xpnet.gradient.noise import interval_noise, table_noise
from xpnet.gradient.parameter_result import ParameterCheck

__all__ = ["check_parameter"]

ATTEMPTS = 3
"""Comparisons, each but the last of which may end with larger noise measured at the worst entry."""

NOISE_SAMPLES = 2
"""Entries at which the noise of the function is measured, at both ends of the step."""


def check_parameter(
    name: str, gradient: Array, perturbed: Perturbed, noise: Any, hidden_change: float, h: float
) -> tuple[ParameterCheck, Derivatives]:
    """Check a gradient by backpropagation against central differences of a function.

    Parameters
    ----------
    name : str
    gradient : array, K entries
    perturbed : callable
        ``perturbed(s)``: how far the function is from its value at the point with each entry
        moved by s in turn, shape (K,).
    noise : float or array, shape (K,)
        A first estimate of the standard deviation of its rounding error. Before an entry is
        called wrong, the noise is measured there. Noise that is found at one entry counts for
        all, since they perturb one function.
    hidden_change : float
        The largest change that the function may round away. Where no step changes its value at
        all, the derivative may be anything that causes no larger change: ``log(1 + exp(-40))``
        is 0 in float64, and its derivative is not.
    h : float
        The step.

    Returns
    -------
    ParameterCheck, Derivatives
    """
    backend, flat = backend_of(gradient, caller=name), gradient.reshape(-1)
    xp = backend.xp
    cache: dict[float, Array] = {}

    def cached(s: float, /, *, entries: Sequence[int] | None = None) -> Array:
        if entries is not None:
            return perturbed(s, entries=entries)
        if s not in cache:
            cache[s] = perturbed(s)
        return cache[s]

    value = cached(0.0)
    change = abs(cached(2 * h) - value) + abs(cached(-2 * h) - value)
    noise = noise + backend.epsilon(value) * change
    constant = change == 0
    for s in (h / 2, -h / 2, h, -h):
        constant &= cached(s) == value
    noise = _at_least_measured(cached, noise, h)
    hidden = xp.where(noise < hidden_change, hidden_change, noise)
    noise = xp.where(constant & (flat != 0), hidden, noise)
    for _ in range(ATTEMPTS):
        derivatives = estimate_derivatives(cached, value, noise, h)
        check = compare(name, gradient, derivatives)
        if check.passed or check.unchecked == len(flat):
            break
        worst = _flat_index(check.worst.index, gradient.shape)
        measured = interval_noise(single_entry(cached, worst), h)
        if not measured > float(noise[worst]):
            break
        noise = xp.where(noise < measured, measured, noise)
    return check, derivatives


def _at_least_measured(perturbed: Perturbed, noise: Array, h: float) -> Array:
    """The noise, raised to what is measured at both ends of the step of a few entries.

    The noise of every entry is multiplied by the largest ratio of measured to expected noise,
    since entries of one parameter may differ in size, but is not raised above the largest
    measured noise, since the ratio may be large at a small entry.
    """
    xp, largest, ratio = backend_of(noise).xp, 0.0, 1.0
    for entry in range(0, len(noise), -(-len(noise) // NOISE_SAMPLES)):
        expected = float(noise[entry])
        for start in (-h, h):
            measured = table_noise(single_entry(perturbed, entry, start), h)
            largest = max(largest, measured)
            ratio = max(ratio, measured / expected) if expected else ratio
    raised = noise * ratio
    raised = xp.where(raised < largest, raised, largest)
    return xp.where(raised < noise, noise, raised)


def _flat_index(index: Sequence[int], shape: Sequence[int]) -> int:
    """The position of an entry in row-major order."""
    position = 0
    for k, length in zip(index, shape, strict=True):
        position = position * length + k
    return position
