"""One gradient against differences, with a closer look before it is called wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.gradient.grain import grain
from xpnet.gradient.grain import noise as table_noise
from xpnet.gradient.report import ParameterCheck
from xpnet.gradient.slopes import Moved, Slopes, measure, one_of
from xpnet.gradient.verdict import judge

__all__ = ["compare"]

LOOKS = 3
"""Looks at the worst entry of all, each of which may find more rounding than the one before."""

SAMPLES = 2
"""Entries at which the noise of the function is measured, to both sides."""


def compare(
    name: str, gradient: Array, moved: Moved, noise: Any, unseen: float, h: float
) -> tuple[ParameterCheck, Slopes]:
    """Hold a gradient by backpropagation against central differences of a function.

    Parameters
    ----------
    name : str
    gradient : array, K entries
    moved : callable
        ``moved(s)``: how far the function is from its value at the point with each entry moved
        by s, shape (K,).
    noise : float or array, shape (K,)
        A first estimate of the deviation of its rounding error. An entry that differs by more
        than this explains is looked at closely; what rounding is seen there counts for all,
        since it is one function.
    unseen : float
        What the function may round away without a trace: where no step changes its value at all,
        the slope may be anything that this hides, as ``log(1 + exp(-40))`` is 0.
    h : float
        The step.

    Returns
    -------
    ParameterCheck, Slopes
    """
    backend, flat = backend_of(gradient, caller=name), gradient.reshape(-1)
    xp = backend.xp
    known: dict[float, Array] = {}

    def once(s: float, /, *, entries: Sequence[int] | None = None) -> Array:
        if entries is not None:
            return moved(s, entries=entries)
        if s not in known:
            known[s] = moved(s)
        return known[s]

    centre = once(0.0)
    change = abs(once(2 * h) - centre) + abs(once(-2 * h) - centre)
    noise = noise + backend.epsilon(centre) * change
    still = change == 0
    for s in (h / 2, -h / 2, h, -h):
        still &= once(s) == centre
    noise = _at_least_measured(once, noise, h)
    noise = xp.where(still & (flat != 0), xp.where(noise < unseen, unseen, noise), noise)
    for _ in range(LOOKS):
        slopes = measure(once, centre, noise, h)
        check = judge(name, gradient, slopes)
        if check.passed or check.unchecked == len(flat):
            break
        worst = _place(check.worst.index, gradient.shape)
        found = grain(one_of(once, worst), h)
        if not found > float(noise[worst]):
            break
        noise = xp.where(noise < found, found, noise)
    return check, slopes


def _at_least_measured(moved: Moved, noise: Array, h: float) -> Array:
    """The noise times what is measured at both ends of the step of a few entries.

    In proportion, since entries of one parameter may be of different sizes, and up to the largest
    that is measured, since the proportion at a small one may be large.
    """
    xp, most, ratio = backend_of(noise).xp, 0.0, 1.0
    for entry in range(0, len(noise), -(-len(noise) // SAMPLES)):
        expected = float(noise[entry])
        for side in (-h, h):
            found = table_noise(one_of(moved, entry, side), h)
            most = max(most, found)
            ratio = max(ratio, found / expected) if expected else ratio
    measured = noise * ratio
    measured = xp.where(measured < most, measured, most)
    return xp.where(measured < noise, noise, measured)


def _place(index: Sequence[int], shape: Sequence[int]) -> int:
    """The place of an entry, counted in row-major order."""
    place = 0
    for k, length in zip(index, shape, strict=True):
        place = place * length + k
    return place
