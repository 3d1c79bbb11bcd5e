"""Training steps and the chapter's whole run, beside other libraries."""

from __future__ import annotations

import pytest
from aims import Aim
from comparisons.runs import compare_runs
from comparisons.steps import FLOOR, compare_steps
from problems import PROBLEMS

# other libraries' warnings are not xpnet's to fix
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

AIMS = (
    {"PyTorch eager": 0.4, "JAX jit": 0.6, "JAX scan": 1.0, FLOOR: 1.5},
    {"PyTorch eager": 0.8, FLOOR: 1.15},
    {"PyTorch eager": 0.9, FLOOR: 1.1},
)
"""For each of `PROBLEMS`: the relative speed that a case should have at most."""
STEPS, TURNS = (100, 10, 2), (40, 15, 9)


@pytest.mark.parametrize("size", range(len(PROBLEMS)), ids=[p.name for p in PROBLEMS])
def bench_step(report, size):
    aims = [Aim(case, at_most=speed) for case, speed in AIMS[size].items()]
    report(compare_steps(PROBLEMS[size], STEPS[size]), TURNS[size], aims=aims)


def bench_whole_run(benchmark, report):
    iterations = 10_000 if benchmark.enabled else 50
    aims = [Aim("the chapter's code (float64)", at_most=1 / 5)]
    report(compare_runs(iterations), turns=3, warm=False, aims=aims)
