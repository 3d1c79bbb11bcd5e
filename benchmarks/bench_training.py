"""Training steps and the chapter's whole run, against everybody whom a user might pick instead."""

from __future__ import annotations

import pytest

from xpnet.bench.problems import PROBLEMS
from xpnet.bench.runs import compare_runs
from xpnet.bench.steps import FLOOR, compare_steps

# what peers warn of is theirs to mend
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

AIMS = (
    {"PyTorch eager": 0.4, "JAX jit": 0.6, "JAX scan": 1.0, FLOOR: 1.5},
    {"PyTorch eager": 0.8, FLOOR: 1.15},
    {"PyTorch eager": 0.9, FLOOR: 1.1},
)
STEPS, TURNS = (100, 10, 2), (40, 15, 9)


@pytest.mark.parametrize("size", range(len(PROBLEMS)), ids=[p.name for p in PROBLEMS])
def bench_step(contest_report, size):
    contest = compare_steps(PROBLEMS[size], STEPS[size], AIMS[size])
    contest_report(contest, TURNS[size])


def bench_whole_run(benchmark, contest_report):
    iterations = 10_000 if benchmark.enabled else 50
    contest = compare_runs(iterations, {"the chapter's code (float64)": 1 / 5})
    contest_report(contest, turns=3, warm=False)
