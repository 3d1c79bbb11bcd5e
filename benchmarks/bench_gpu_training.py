"""Training steps on a GPU, against everybody else on the same GPU; executed where there is one."""

from __future__ import annotations

import pytest
from gpu_steps import COMPILED, GPU_PEERS, compare_gpu_steps

from xpnet.bench.problems import PROBLEMS, Problem

# what peers warn of is theirs to mend
pytestmark = pytest.mark.filterwarnings("ignore")

CASES = [(PROBLEMS[0], 100, 15), (PROBLEMS[1], 50, 15), (PROBLEMS[2], 20, 9)]
CASES += [(Problem((784, 4096, 4096, 10), 4096), 10, 5)]
"""Each problem, the steps in a turn, and the turns."""


@pytest.mark.parametrize(("problem", "steps", "turns"), CASES, ids=[c[0].name for c in CASES])
def bench_step_on_a_gpu(benchmark, contest_report, problem, steps, turns):
    if not benchmark.enabled:
        problem = PROBLEMS[0]
    contest_report(compare_gpu_steps(problem, steps, {**GPU_PEERS, **COMPILED}), turns)
