"""Layers are benched at the work that is counted, as often as a turn needs, on every backend."""

from __future__ import annotations

import bench_layers
import pytest
from ceilings import Ceilings
from operations import RULES, Operation

from xpnet.bench import Result, Spread
from xpnet.bench.benchmark import CPU

CASES = [
    (bench_layers.bench_affine_forward, (5, 4, 3)),
    (bench_layers.bench_affine_backward, (5, 4, 3)),
    (bench_layers.bench_relu_forward, (5, 4)),
    (bench_layers.bench_relu_backward, (5, 4)),
    (bench_layers.bench_softmax_with_loss, (5, 4)),
    (bench_layers.bench_gather, (5,)),
    *((bench_layers.bench_update, (rule, 20)) for rule in RULES),
]


@pytest.mark.parametrize(("bench", "size"), CASES)
def test_what_is_benched_runs_on_numpy_under_a_name_with_its_size(bench, size):
    seen = []
    bench(lambda work, operations, make: seen.append((work, make())), *size)
    [(work, run)] = seen
    run()
    assert all(str(part) in work for part in size)


@pytest.mark.emulated
@pytest.mark.parametrize(("bench", "size"), CASES)
def test_what_is_benched_has_as_many_launches_as_are_listed(device_counts, bench, size):
    def compare(work, operations, make):
        run = make()
        run()
        with device_counts() as counts:
            run()
        assert counts.launches == sum(one.launches for one in operations)

    bench(compare, *size)


@pytest.fixture
def benchmark_of():
    """The benchmark that `measure` hands to the fixture of the benchmarks, and its rate."""

    def run(flops, moved):
        seen = []
        operations = [Operation("half", flops // 2, moved // 2)] * 2

        def report(made, turns, rate):
            seen.append((made, rate))

        bench_layers.measure(report, "work", operations, lambda: lambda: None)
        return seen[0]

    return run


def test_small_work_is_repeated_in_a_turn_and_large_work_is_not(benchmark_of):
    assert benchmark_of(1000, 1000)[0].units > 100
    assert benchmark_of(10**12, 10**9)[0].units == 1


def test_a_rate_is_of_all_operations_together(benchmark_of, monkeypatch):
    measured = {CPU: Ceilings(100e9, {1000: 1e9})}
    monkeypatch.setattr(bench_layers, "ceilings", lambda: measured)
    _, rate = benchmark_of(50 * 10**9, 1000)
    row = Result("layers", "work", CPU, Spread(1, 1, 1))
    assert rate(row) == "50 GFLOP/s, 50 % of the best product (100)"
