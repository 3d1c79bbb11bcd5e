"""Steps of one rank and of two on this CPU, one core each: what sharing a batch gains and costs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import ranked_steps
from ceilings import amount
from mpi_job import obstacle, printed
from operations import FLOAT, parameters
from problems import CHAPTER, PROBLEMS, Problem
from ranked_steps import ALL_REDUCE, BACKPROP, FORWARD, ONE, STRONG, WEAK

from xpnet.bench import Result, Spread, ratio, spread
from xpnet.bench.benchmark import NOT_TIMED

SIZES = CHAPTER, PROBLEMS[-1], Problem((784, 4096, 4096, 10), 128)
"""The last has many parameters for its rows: nowhere else do ranks send as much for their work."""
STEPS, TURNS = (200, 1, 1), (15, 9, 7)
RANKS = 2
PIECES = FORWARD, BACKPROP, ALL_REDUCE
REST = "the rest: gather, sums, update"
OBSTACLE = obstacle(RANKS)
pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)
NOTES = {STRONG: "strong scaling: at best 2", WEAK: "weak scaling: at best 1"}


def seconds_of(problem, steps, turns):
    """Of each case, turn by turn."""
    sizes = map(str, problem.sizes)
    options = {"batch": problem.batch, "units": steps, "turns": turns}
    given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    script = Path(ranked_steps.__file__)
    return json.loads(printed(RANKS, script, ["--sizes", *sizes, *given]))


def rows_of(problem, seconds):
    """The results: the steps, compared with those of one rank, and the pieces of a step."""
    one, work = seconds[ONE], problem.name
    rows = [Result("ranks", work, ONE, spread(one))]
    for case, own in seconds.items():
        if case != ONE and case not in PIECES:
            note = NOTES.get(case, "")
            rows.append(Result("ranks", work, case, spread(own), ratio(one, own), note=note))
    pieces = {case: seconds[case] for case in PIECES}
    computed = zip(seconds[STRONG], seconds[BACKPROP], seconds[ALL_REDUCE], strict=True)
    pieces[REST] = [max(0.0, step - others - sent) for step, others, sent in computed]
    notes = {ALL_REDUCE: cost_of_all_reduce(problem, seconds)}
    return rows + [
        Result(f"pieces of {STRONG}", work, piece, spread(own), note=notes.get(piece, ""))
        for piece, own in pieces.items()
    ]


def cost_of_all_reduce(problem, seconds):
    """Which share of a step it is, and how much of a step it could save during backward."""
    backward = [a - b for a, b in zip(seconds[BACKPROP], seconds[FORWARD], strict=True)]
    hidden = [max(0.0, min(pair)) for pair in zip(seconds[ALL_REDUCE], backward, strict=True)]
    share, gain = (ratio(part, seconds[STRONG]) for part in (seconds[ALL_REDUCE], hidden))
    sent = amount(parameters(problem.sizes) * FLOAT)
    return f"{sent}; {percent(share)} of the step; during backward it could save {percent(gain)}"


def percent(share: Spread) -> str:
    """Median and quartiles."""
    low, median, high = (f"{100 * value:.0f}" for value in (share.low, share.median, share.high))
    return f"{median} % ({low} to {high})"


@pytest.mark.parametrize("size", range(len(SIZES)), ids=[problem.name for problem in SIZES])
def bench_ranks(benchmark, results, size):
    if size and not benchmark.enabled:
        pytest.skip("only timed: it does what the first size does, which has run")
    problem = SIZES[size]
    turns = TURNS[size] if benchmark.enabled else 0
    seconds = benchmark.pedantic(seconds_of, (problem, STEPS[size], turns))
    if benchmark.enabled:
        results.rows += rows_of(problem, seconds)
    else:
        results.rows += [Result("ranks", problem.name, case, note=NOT_TIMED) for case in seconds]
