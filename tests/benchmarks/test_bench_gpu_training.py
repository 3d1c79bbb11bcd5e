from types import SimpleNamespace

import bench_gpu_training
import pytest
from gpu_steps import BASELINE, COMPILED, ON_GPU, PLAIN
from problems import PROBLEMS, Problem

LARGE = Problem((784, 4096, 4096, 10), 4096)


@pytest.mark.parametrize(("enabled", "problem"), [(True, LARGE), (False, PROBLEMS[0])])
def test_all_contenders_of_a_gpu_are_compared_at_a_size_that_can_be_run(enabled, problem):
    made = []
    bench_gpu_training.bench_step_on_a_gpu(
        SimpleNamespace(enabled=enabled),
        lambda benchmark, turns: made.append(benchmark),
        LARGE,
        10,
        5,
    )
    (benchmark,) = made
    assert benchmark.work == problem.name
    assert [case.name for case in benchmark.cases] == [BASELINE, PLAIN, *ON_GPU, *COMPILED]
