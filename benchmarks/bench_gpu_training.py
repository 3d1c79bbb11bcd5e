"""Training steps on a GPU, beside other libraries on the same GPU; timed where there is one."""

from __future__ import annotations

import pytest
from gpu_steps import COMPILED, ON_GPU, compare_gpu_steps
from problems import PROBLEMS, Problem

# other libraries' warnings are not xpnet's to fix
pytestmark = pytest.mark.filterwarnings("ignore")

CASES = [(PROBLEMS[0], 100, 15), (PROBLEMS[1], 50, 15), (PROBLEMS[2], 20, 9)]
CASES += [(Problem((784, 4096, 4096, 10), 4096), 10, 5)]
"""Each problem, the steps in a turn, and the turns."""


@pytest.mark.parametrize(("problem", "steps", "turns"), CASES, ids=[c[0].name for c in CASES])
def bench_step_on_a_gpu(benchmark, report, problem, steps, turns):
    if not benchmark.enabled:
        problem = PROBLEMS[0]
    report(compare_gpu_steps(problem, steps, {**ON_GPU, **COMPILED}), turns)
