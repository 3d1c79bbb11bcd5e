import pytest

import xpnet
from xpnet.bench import Benchmark, Result, Spread, case
from xpnet.bench.benchmark import CPU, GPU, NOT_TIMED
from xpnet.bench.case import NO_DEVICE, Case
from xpnet.machine import CudaDevice


@pytest.fixture(autouse=True)
def _no_device(monkeypatch):
    monkeypatch.setattr(case, "cuda_device", lambda: CudaDevice("none", "no CUDA device"))


def nothing(k):
    pass


def test_times_are_of_one_unit_and_speeds_are_relative_to_the_baseline(seconds):
    benchmark = Benchmark("step", "784-50-10", units=10)
    benchmark.add(CPU, nothing)
    benchmark.add("another", nothing)
    seconds.update({CPU: [10.0, 20.0], "another": [40.0, 80.0]})
    ours, another = benchmark.results(turns=2)
    assert ours == Result("step", "784-50-10", CPU, Spread(1.5, 1.25, 1.75))
    assert another.relative_speed == Spread(0.25, 0.25, 0.25)


def test_the_time_of_a_fraction_is_extrapolated_to_the_whole(seconds):
    benchmark = Benchmark("gradient", "3 images")
    benchmark.add(CPU, nothing)
    benchmark.add("the loop", nothing, fraction=1 / 100, note="extrapolated")
    seconds.update({CPU: [1.0], "the loop": [0.5]})
    _, loop = benchmark.results(turns=1)
    assert loop.seconds.median == pytest.approx(50)
    assert loop.relative_speed.median == pytest.approx(1 / 50)
    assert loop.note == "extrapolated"


def test_speeds_are_relative_to_the_whole_of_a_baseline_that_did_a_fraction(seconds):
    benchmark = Benchmark("gradient", "3 images", baseline="the loop")
    benchmark.add("the loop", nothing, fraction=1 / 100)
    benchmark.add("another", nothing)
    seconds.update({"the loop": [0.5], "another": [2.0]})
    assert benchmark.results(turns=1)[1].relative_speed.median == pytest.approx(25)


def test_each_turn_does_all_units(seconds):
    asked = []
    benchmark = Benchmark("step", "small", units=7)
    benchmark.add(CPU, asked.append)
    seconds[CPU] = [1.0]
    benchmark.results(turns=1)
    assert asked == [7]


def test_a_note_may_be_made_when_the_case_has_run(seconds):
    done = []
    benchmark = Benchmark("run", "whole")
    benchmark.add(CPU, done.append, note=lambda: f"{len(done)} done")
    seconds[CPU] = [1.0]
    assert benchmark.results(turns=1)[0].note == "1 done"


def test_a_case_that_is_skipped_has_a_result_with_the_reason(seconds):
    benchmark = Benchmark("step", "small")
    benchmark.add(CPU, nothing)
    benchmark.skip("JAX", "jax is not installed")
    seconds[CPU] = [1.0]
    assert benchmark.results(turns=1)[1] == Result(
        "step", "small", "JAX", note="jax is not installed"
    )


def test_without_a_device_the_result_says_so_and_nothing_is_set_up(seconds):
    benchmark = Benchmark("step", "small")
    benchmark.add(CPU, nothing)
    benchmark.add_cuda(GPU, lambda: pytest.fail("set up"))
    seconds[CPU] = [1.0]
    assert benchmark.results(turns=1)[1] == Result("step", "small", GPU, note=NO_DEVICE)


def test_untimed_each_case_does_one_unit():
    asked = []
    benchmark = Benchmark("step", "small", units=50)
    benchmark.add(CPU, asked.append)
    benchmark.add("another", asked.append, note="not shown")
    results = benchmark.results(turns=9, timed=False)
    assert asked == [1, 1]
    assert [(row.seconds, row.note) for row in results] == [(None, NOT_TIMED)] * 2


def test_the_baseline_can_be_run_alone_where_it_could_run():
    asked = []
    benchmark = Benchmark("step", "small", units=50, baseline="mine")
    benchmark.add("mine", asked.append)
    benchmark.run_baseline()
    assert asked == []
    benchmark.results(turns=1, timed=False)
    benchmark.run_baseline()
    assert asked == [1, 1]


class Breaking(Case):
    """Whose times do not count, since it failed between its turns."""

    failure = "failed: MemoryError"


@pytest.mark.parametrize("baseline", ["stays", "breaks"])
def test_a_case_that_fails_loses_its_times_and_no_other(seconds, baseline):
    benchmark = Benchmark("step", "small", baseline=baseline)
    benchmark.add("stays", nothing)
    benchmark.cases.append(Breaking("breaks", nothing))
    benchmark.add("another", nothing)
    seconds.update({"stays": [1.0], "breaks": [0.0], "another": [2.0]})
    stays, breaks, another = benchmark.results(turns=1)
    assert breaks == Result("step", "small", "breaks", note="failed: MemoryError")
    assert stays.seconds.median == 1.0
    assert bool(another.relative_speed) == (baseline == "stays")


class Clocked(Case):
    """With a clock of its device."""

    def device_seconds(self, units, turns):
        return [units * 0.25] * turns


def test_the_device_has_a_time_of_its_own(seconds):
    benchmark = Benchmark("step", "small", units=2, baseline="clocked")
    benchmark.cases.append(Clocked("clocked", nothing))
    seconds["clocked"] = [1.0, 1.0]
    assert benchmark.results(turns=2)[0].device_seconds == Spread(0.25, 0.25, 0.25)


@pytest.mark.emulated
@pytest.mark.parametrize("timed", [True, False])
def test_an_emulated_device_is_never_timed(monkeypatch, timed):
    monkeypatch.undo()
    backends = []
    benchmark = Benchmark("sum", "small", units=4)
    benchmark.add_cuda(GPU, lambda: lambda k: backends.append((k, xpnet.get_backend().name)))
    (row,) = benchmark.results(turns=2, timed=timed)
    assert row.seconds is None
    assert row.note == (case.EMULATED if timed else NOT_TIMED)
    assert backends == ([] if timed else [(1, "cupy")])
