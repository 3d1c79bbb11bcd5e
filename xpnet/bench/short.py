"""The short form of the comparisons, which ``xpnet bench`` runs: a minute or two, not an hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from xpnet.bench.contest import OURS, Contest
from xpnet.bench.crossover import crossover
from xpnet.bench.gradients import compare_gradients
from xpnet.bench.problems import PROBLEMS
from xpnet.bench.progress import Display
from xpnet.bench.results import Results, Row
from xpnet.bench.steps import compare_steps

__all__ = ["PARTS", "PATIENCE", "Part", "short_form"]

PATIENCE = 75.0
"""Seconds after which a part that can be left out no longer begins."""


@dataclass(frozen=True)
class Part:
    """One contest of the short form.

    Attributes
    ----------
    table, work : str
        As in the rows of the contest.
    make : callable
        Sets the contest up; called when its time has come, since that imports peers.
    turns : int
    warm : bool
        As for `Contest.rows`.
    compiles : bool
        Whether some contenders compile in the first turn.
    optional : bool
        Whether it is left out where the parts before it took long.
    """

    table: str
    work: str
    make: Callable[[], Contest]
    turns: int
    warm: bool = True
    compiles: bool = False
    optional: bool = False


def _gradient(images: int, sample: int, turns: int, warm: bool) -> Part:
    make = partial(compare_gradients, images, sample)
    return Part("gradient", f"784-50-10, {images:,} images", make, turns, warm)


def _step(size: int, units: int, turns: int, optional: bool = False) -> Part:
    """Without aims: so few turns decide none."""
    problem = PROBLEMS[size]
    make = partial(compare_steps, problem, units, {})
    return Part("training step", problem.name, make, turns, compiles=True, optional=optional)


def _crossover(hidden: int, batch: int) -> Part:
    work = f"784-{hidden}-10, batch {batch:,}"
    return Part("crossover", work, partial(crossover, batch, hidden), turns=5)


PARTS = (
    _gradient(images=3, sample=2000, turns=5, warm=True),
    _gradient(images=100, sample=100, turns=3, warm=False),
    _step(size=0, units=50, turns=7),
    *(_crossover(hidden, batch) for hidden in (50, 512) for batch in (100, 1000)),
    _step(size=1, units=5, turns=5, optional=True),
)


def short_form(display: Display) -> Results:
    """Run the parts, one after the other.

    Parameters
    ----------
    display : Display
        Is told where the work is.

    Returns
    -------
    Results
        A part that was left out has a row that says so.
    """
    results = Results()
    begun = time.monotonic()
    with display:
        for part in PARTS:
            passed = time.monotonic() - begun
            if part.optional and passed > PATIENCE:
                note = f"left out: the parts before it took {passed:.0f} s"
                results.add([Row(part.table, part.work, OURS, note=note)])
                continue
            display.prepare(f"{part.table}, {part.work}")
            contest = part.make()
            display.start(contest.contenders, part.turns, part.compiles)
            results.add(contest.rows(part.turns, warm=part.warm, tick=display.tick))
    return results
