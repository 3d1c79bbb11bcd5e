"""The check at a point near by, where the point itself decides nothing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from xpnet.backends import Array, backend_of
from xpnet.gradient.report import GradientReport

__all__ = ["decided"]

NEARER = (1 / 8, 1 / 64, 1 / 512)
"""A loss that is sure of its labels is less so nearer to 0, where its gradient can be seen; of
numbers that are too small, as weights of 1e-12, it can be seen at larger ones."""

BESIDE = 100
"""Steps; as far as this from a kink, none is within the step."""


def decided(
    report: GradientReport, arrays: Sequence[Array], again: Callable[[], GradientReport]
) -> GradientReport:
    """The report, or that of another point, with a note that says so.

    A backward is right or wrong as a piece of code. Where rounding hides every gradient, the same
    code is checked nearer to 0, or at random. Where the point lies on kinks, several may cancel
    along one entry, which then has a slope, and not the one that backpropagation chose; nothing
    along that entry shows them. So what fails is wrong only if it fails beside the point too.

    Parameters
    ----------
    report : GradientReport
        At the point.
    arrays : sequence of arrays
        The point; moved in place, and put back.
    again : callable
        Checks at the point where `arrays` are.
    """
    failed = [c.name for c in report.parameters if not c.passed and (c.checked or c.unresolved)]
    if not (report.blunt or failed):
        return report
    kept = [backend_of(array).xp.array(array, copy=True) for array in arrays]
    try:
        for note in _nearer(arrays, kept) if report.blunt else _beside(arrays, kept, report.h):
            found = again()
            told = all(found[name].checked for name in failed) if found.passed else report.blunt
            if told and not found.undecided:
                return replace(found, notes=(note, *found.notes))
    finally:
        for array, values in zip(arrays, kept, strict=True):
            array[...] = values
    return report


def _nearer(arrays: Sequence[Array], kept: Sequence[Array]) -> Iterator[str]:
    for scale in NEARER:
        for array, values in zip(arrays, kept, strict=True):
            array[...] = values * scale
        yield (
            "rounding hides every gradient at the point given, which was not checked: this is the "
            f"check at {scale:g} times its numbers"
        )
    _move(arrays, [0 * values for values in kept], 1.0)
    yield (
        "rounding hides every gradient at the point given, which was not checked: this is the "
        "check at random numbers from -1 to 1 in its place"
    )


def _beside(arrays: Sequence[Array], kept: Sequence[Array], h: float) -> Iterator[str]:
    _move(arrays, kept, BESIDE * h)
    yield (
        "the point given lies on kinks that hide one another, and was not checked: this is the "
        f"check of a point up to {BESIDE * h:g} beside it"
    )


def _move(arrays: Sequence[Array], to: Sequence[Array], spread: float) -> None:
    """Put arrays at other values, and up to `spread` beside them."""
    rng = random.Random(0)
    for array, values in zip(arrays, to, strict=True):
        beside = [rng.uniform(-spread, spread) for _ in range(math.prod(array.shape))]
        array[...] = values + backend_of(array).asarray(beside, array.dtype).reshape(array.shape)
