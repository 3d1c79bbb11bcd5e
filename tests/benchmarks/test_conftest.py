"""The options of the benchmarks, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ONE = "bench_gradients.py::bench_gradient[3]"

pytest.importorskip("pytest_benchmark", reason="benchmarks need the extra 'bench'")


def run(*arguments, only=ONE):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    return subprocess.run(
        [*command, f"benchmarks/{only}", "--benchmark-disable", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_collecting_no_benchmark_is_an_error():
    ran = run("-k", "nothing_of_this_name", only="")
    assert ran.returncode == 4
    assert "no benchmark was collected" in ran.stdout


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (
            ["--results", "no/such/folder"],
            "--results no/such/folder: expected a folder that exists",
        ),
        (["--results", "no-json.txt"], "--results no-json.txt: expected a folder that exists"),
        (["--threads", "10000"], "--threads=10000: expected a number from 1 to"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_runs(option, told):
    ran = run(*option)
    assert ran.returncode == 4
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_results_that_cannot_be_written_are_told_before_anything_runs(tmp_path):
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    ran = run("--results", str(tmp_path / "loop.json"))
    assert ran.returncode == 4
    assert f"--results {tmp_path}/loop.json cannot be written: " in ran.stderr
    assert "ran, not timed" not in ran.stdout
    ran = run("--results", str(tmp_path), "--machine", "m" * 255)
    assert ran.returncode == 4
    assert "cannot be written: File name too long" in ran.stderr


def test_rows_are_printed_and_kept_under_date_and_machine(tmp_path):
    ran = run("--results", str(tmp_path), "--machine", "My Box (2)")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "ran, not timed" in ran.stdout
    (kept,) = tmp_path.iterdir()
    assert kept.name[10:] == "-my-box-2.json"
    document = json.loads(kept.read_text())
    assert {row["case"] for row in document["rows"]} >= {"the chapter's loop"}
    assert {row["seconds"] for row in document["rows"]} == {None}


def test_results_may_be_a_file(tmp_path):
    path = tmp_path / "mine.json"
    assert run("--results", str(path)).returncode == 0
    assert json.loads(path.read_text())["rows"]
