import bench_threads
import busy
import pytest
from problems import Problem

from xpnet.bench.benchmark import CPU
from xpnet.machine import cores


@pytest.mark.parametrize("beside", bench_threads.BESIDE)
def test_the_chosen_threads_stand_beside_one_and_all(monkeypatch, beside):
    monkeypatch.setattr(bench_threads, "SIZES", (Problem((784, 6, 10), 100),))
    made = []
    bench_threads.bench_run(lambda benchmark, turns: made.append(benchmark), 0, beside)
    (benchmark,) = made
    assert benchmark.work == f"784-6-10, batch 100, {beside}"
    assert [case.name for case in benchmark.cases][:2] == [CPU, "threads=1"]
    assert benchmark.cases[-1].name == f"threads={cores()}"


def test_a_busy_machine_has_a_process_that_spins():
    assert bench_threads.BESIDE["one core busy"] is busy.spinning


def test_a_run_trains_as_many_steps_as_it_is_asked_for():
    problem = Problem((784, 6, 10), 100)
    run = bench_threads.runs_on(problem, problem.data(), threads=1)
    assert len(run(3).losses) == 3
