"""What is measured of a backend: the work and the wait for it, warm, and on no emulator."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from bench_backends import measure_until_idle

ROOT = Path(__file__).parents[2]


class Recorder:
    """A backend and a `benchmark` in one that keep the order of what is asked of them."""

    def __init__(self, enabled):
        self.enabled = enabled
        self.calls = []

    def __call__(self, function):
        self.calls.append("timer")
        function()

    def work(self):
        self.calls.append("work")

    def synchronize(self):
        self.calls.append("wait")


def test_work_is_waited_for_before_the_timer_starts_and_before_it_stops():
    one = Recorder(enabled=True)
    measure_until_idle(one, one, one.work)
    assert one.calls == ["work", "wait", "timer", "work", "wait"]


def test_without_times_the_work_runs_once():
    one = Recorder(enabled=False)
    measure_until_idle(one, one, one.work)
    assert one.calls == ["timer", "work", "wait"]


@pytest.mark.emulated
def test_an_emulated_device_is_not_timed():
    pytest.importorskip("pytest_benchmark", reason="benchmarks need the extra 'bench'")
    pytest.importorskip("threadpoolctl", reason="benchmarks need the extra 'bench'")
    command = [sys.executable, "-m", "pytest", "--backend", "cupy", "-p", "no:cacheprovider"]
    options = ["benchmarks/bench_backends.py", "--collect-only", "-q"]
    for more, code in (([], 4), (["--benchmark-disable"], 0)):
        ran = subprocess.run(
            [*command, *options, *more], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert ("say nothing of a GPU" in ran.stderr + ran.stdout) == bool(code)
