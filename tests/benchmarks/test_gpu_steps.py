from __future__ import annotations

import gpu_steps
import pytest
from comparisons import library_case
from comparisons.library_case import NEEDS_A_GPU
from contenders import Contender, Learner
from gpu_steps import BASELINE, COMPILED, ON_GPU, PLAIN, compare_gpu_steps
from problems import Problem

from xpnet.bench import case
from xpnet.bench.benchmark import NOT_TIMED
from xpnet.bench.case import NO_DEVICE
from xpnet.machine import CudaDevice

SMALL = Problem((784, 6, 10), 100)


ABSENT = Contender("not_installed_at_all", None)
UNUSED = Contender("numpy", lambda *_: pytest.fail("set up where it cannot run"))


def test_every_contender_names_device_and_precision():
    for name in {**ON_GPU, **COMPILED}:
        assert "on cuda, float32" in name or "on cuda, TF32" in name
    assert BASELINE.endswith("float32")
    assert PLAIN.endswith("float32")


def test_without_a_gpu_every_result_says_why_and_nothing_is_set_up(monkeypatch):
    for module in (case, library_case):
        monkeypatch.setattr(module, "cuda_device", lambda: CudaDevice("none", "no CUDA device"))
    benchmark = compare_gpu_steps(SMALL, 2, {"absent": ABSENT, "another": UNUSED})
    rows = benchmark.results(turns=1)
    assert [row.case for row in rows] == [BASELINE, PLAIN, "absent", "another"]
    assert [rows[k].note for k in (0, 1, 3)] == [NO_DEVICE] * 3
    assert "pip install" in rows[2].note
    benchmark.run_baseline()


@pytest.mark.emulated
def test_an_emulated_device_runs_xpnet_and_no_other_library():
    benchmark = compare_gpu_steps(SMALL, 2, {"another": UNUSED})
    captured, plain, another = benchmark.results(turns=1, timed=False)
    assert captured.note == plain.note == NOT_TIMED
    assert another.note == NEEDS_A_GPU


def test_on_a_gpu_speeds_are_relative_to_xpnet_and_a_failure_stays_alone(numpy_as_gpu, monkeypatch):
    def broken(problem, data):
        raise RuntimeError("no kernel image")

    asked = []
    learner = Learner(lambda k: asked.append(k) or 0.5, None)
    contenders = {
        "broken": Contender("numpy", broken),
        "fine": Contender("numpy", lambda *_: learner),
    }
    monkeypatch.setattr(gpu_steps, "xpnet_steps", lambda *_: lambda k: 0.5)
    ours, plain, wrong, fine = compare_gpu_steps(SMALL, 3, contenders).results(turns=2)
    assert ours.seconds
    assert ours.relative_speed is None
    assert (wrong.seconds, wrong.note) == (None, "failed: RuntimeError: no kernel image")
    assert plain.relative_speed
    assert fine.relative_speed
    assert fine.device_seconds.median == pytest.approx(1e-3 / 3)
    assert set(asked) == {3}


def test_steps_that_cannot_be_captured_fail_alone(numpy_as_gpu):
    captured, plain = compare_gpu_steps(SMALL, 2, {}).results(turns=1)  # NumPy plays the GPU
    assert captured.note.startswith("failed: OptionError: capture=True")
    assert plain.seconds


def test_one_row_is_captured_and_the_other_is_not(numpy_as_gpu, monkeypatch):
    asked = []
    monkeypatch.setattr(gpu_steps, "xpnet_steps", lambda *args: asked.append(args[2]) or abs)
    compare_gpu_steps(SMALL, 2, {}).results(turns=1)
    assert asked == [True, False]


@pytest.mark.emulated
def test_a_captured_step_is_one_launch_and_a_plain_one_is_many(device_counts):
    launches = []
    for one in compare_gpu_steps(SMALL, 2, {}).cases:
        one.prepare(2, timed=False)
        with device_counts() as counts:
            one.run(100)
        launches.append(counts.launches)
    captured, plain = launches
    assert captured < 120
    assert plain >= 1500
