"""What the plugin keeps of a small suite, whole or ended by the clock, in one process or in two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import acceptance_plugin
import pytest

PLUGIN = Path(__file__).parents[2] / "benchmarks"
SUITE = """
import pytest

@pytest.mark.parametrize("k", range(40))
def test_many(k):
    pass

def test_wrong():
    assert False, "planted"

@pytest.fixture
def broken():
    raise RuntimeError("planted too")

def test_of_a_broken_fixture(broken):
    pass

@pytest.mark.skip(reason="as it is")
def test_left_out():
    pass
"""
needs_xdist = pytest.mark.skipif(not find_spec("xdist"), reason="pytest-xdist is not installed")


@pytest.fixture
def suite(tmp_path):
    """Runs a suite of tests on CuPy, by their file's name, and one of another name."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_cupy.py").write_text(SUITE)
    (tmp_path / "test_other.py").write_text("def test_other():\n    pass\n")
    found = tmp_path / "found"
    found.mkdir()

    def run(*options):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        command += ["-p", "acceptance_plugin", f"--acceptance={found}", *options]
        environment = {**os.environ, "PYTHONPATH": str(PLUGIN), "PYTEST_ADDOPTS": ""}
        ran = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return ran, json.loads((found / "suite.json").read_text()), found / "failures.txt"

    return run


@pytest.mark.parametrize("options", [(), pytest.param(("-n", "2"), marks=needs_xdist)])
def test_counts_and_failures_are_those_of_the_tests_on_cupy(suite, options):
    ran, counts, failures = suite(*options)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert counts == {"tests": 43, "failures": 1, "errors": 1, "skipped": 1}
    told = failures.read_text()
    assert "=== test_cupy.py::test_wrong (call)" in told
    assert "=== test_cupy.py::test_of_a_broken_fixture (setup)" in told
    assert "RuntimeError: planted too" in told
    assert not list(failures.parent.glob("*.part"))


@pytest.mark.parametrize("options", [(), pytest.param(("-n", "2"), marks=needs_xdist)])
def test_when_the_time_is_up_no_further_test_begins_and_what_ran_is_reported(suite, options):
    ran, counts, _ = suite(f"--until={time.time() - 1}", "--junitxml=found/suite.xml", *options)
    assert ran.returncode == 124
    assert "the time is up" in ran.stdout
    assert 1 <= counts["tests"] <= 4  # one in each process, or two that xdist had begun


def test_a_file_that_cannot_be_collected_is_an_error_and_the_others_run(suite, tmp_path):
    (tmp_path / "test_broken_cupy.py").write_text("import not_there_at_all\n")
    ran, counts, failures = suite("--continue-on-collection-errors")
    assert ran.returncode == 1
    assert counts["errors"] == 2
    assert counts["tests"] == 43
    assert "=== test_broken_cupy.py (collection)" in failures.read_text()


def test_what_no_device_decides_is_there_and_left_out(suite, tmp_path):
    for name in acceptance_plugin.OUTSIDE:
        assert (PLUGIN.parent / name).exists()
        outside = tmp_path / name
        if not outside.suffix:
            outside = outside / "test_cupy_too.py"
        outside.parent.mkdir(parents=True, exist_ok=True)
        outside.write_text("assert False\n")  # it cannot be collected
    ran, *_ = suite("--collect-only", "-q")
    assert ran.returncode == 0, ran.stdout
