"""The check at another point, where the point given shows nothing or lies on kinks."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from xpnet.backends import Array, backend_of
from xpnet.gradient.report import GradientReport

__all__ = ["check_fallback_points"]

SCALES = (1 / 8, 1 / 64, 1 / 512)
"""A saturated loss is less so nearer to 0, where its gradient is above rounding."""

OFFSET_STEPS = 100
"""At a distance of so many steps from a kink, none lies within the step."""


def check_fallback_points(
    report: GradientReport, arrays: Sequence[Array], check: Callable[[], GradientReport]
) -> GradientReport:
    """The report, or that of another point if the point given decides nothing.

    Backward code is right or wrong whatever the point. Where rounding hides every gradient, the
    same code is checked at numbers nearer to 0, then at random ones. Where the point lies on
    several kinks, they may cancel along one entry, which then has a derivative, though not the
    one that backpropagation chose. So a gradient that fails is reported only if it also fails
    beside the point.

    Parameters
    ----------
    report : GradientReport
        Of the point given.
    arrays : sequence of arrays
        The point. It is changed in place, and restored.
    check : callable
        Checks at the present values of `arrays`.

    Returns
    -------
    GradientReport
        With a note if it is that of another point.
    """
    failed = [c.name for c in report.parameters if not c.passed and (c.checked or c.unresolved)]
    if not (report.uninformative or failed):
        return report
    original = [backend_of(array).xp.array(array, copy=True) for array in arrays]
    points = (
        _other_magnitudes(arrays, original)
        if report.uninformative
        else _beside(arrays, original, report.h)
    )
    try:
        for note in points:
            other = check()
            if other.passed:
                decided = all(other[name].checked for name in failed)
            else:
                decided = report.uninformative
            if decided and not other.undecided:
                return replace(other, notes=(note, *other.notes))
    finally:
        for array, values in zip(arrays, original, strict=True):
            array[...] = values
    return report


def _other_magnitudes(arrays: Sequence[Array], original: Sequence[Array]) -> Iterator[str]:
    for scale in SCALES:
        for array, values in zip(arrays, original, strict=True):
            array[...] = values * scale
        yield (
            "rounding hides every gradient at the point given, which was not checked: this is the "
            f"check at {scale:g} times its numbers"
        )
    # numbers too small for a visible gradient, as weights of 1e-12, need larger ones instead
    _set_randomly(arrays, [0 * values for values in original], 1.0)
    yield (
        "rounding hides every gradient at the point given, which was not checked: this is the "
        "check at random numbers from -1 to 1 instead"
    )


def _beside(arrays: Sequence[Array], original: Sequence[Array], h: float) -> Iterator[str]:
    _set_randomly(arrays, original, OFFSET_STEPS * h)
    yield (
        "the point given lies on kinks that cancel, and was not checked: this is the check at a "
        f"point with each number moved by up to {OFFSET_STEPS * h:g}"
    )


def _set_randomly(arrays: Sequence[Array], centres: Sequence[Array], radius: float) -> None:
    """Set every array to random numbers within a radius of its centre."""
    rng = random.Random(0)
    for array, values in zip(arrays, centres, strict=True):
        offsets = [rng.uniform(-radius, radius) for _ in range(math.prod(array.shape))]
        array[...] = values + backend_of(array).asarray(offsets, array.dtype).reshape(array.shape)
