"""docker/gpu_acceptance.sh in its smallest form on the emulated device, whole and cut off."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import acceptance_report
import pytest

SCRIPT = Path(__file__).parents[2] / "docker" / "gpu_acceptance.sh"
FEW = "tests/test_functions.py"
PATIENCE = 300
"""Seconds after which something hangs; nothing here depends on how fast it is."""

pytestmark = pytest.mark.emulated

HANGING = """
import time

ran = []

def pytest_runtest_call(item):
    ran.append(item)
    if len(ran) == 2:
        raise AssertionError("planted")
    if len(ran) == 3:
        time.sleep(3600)
"""


@pytest.fixture
def begin(tmp_path):
    """Starts the script in a session of its own; whatever is left of it ends with the test."""
    begun = []

    def start(*options, **variables):
        command = ["bash", str(SCRIPT), "--python", sys.executable, "--out", str(tmp_path / "out")]
        ran = subprocess.Popen(
            [*command, *options],
            env={**os.environ, "PYTEST_ADDOPTS": "", **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(ran)
        return ran

    yield start
    for ran in begun:
        end_session(ran.pid)
        ran.stdout.close()
        ran.wait()


def end_session(leader):
    """As a machine that goes away: no process of the session hears anything before its end."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            session = (entry / "stat").read_text().rpartition(")")[2].split()[3]
            if int(session) == leader:
                os.kill(int(entry.name), signal.SIGKILL)


def the_report(folder):
    (path,) = folder.glob("*-acceptance-EMULATED.json")
    return json.loads(path.read_text())


def test_every_stage_runs_and_the_report_says_what_it_is_of(begin, tmp_path):
    ran = begin("--steps", "1", "--tests", FEW, "--seconds", "3000", "--machine", "Box")
    told, _ = ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 0, told
    report = the_report(tmp_path / "out")
    assert set(report["stages"].values()) == {"passed", "not there", "not chosen"}
    assert [name for name, verdict in report["stages"].items() if verdict == "passed"] == [
        *("install", "device", "smoke", "parity", "numbers", "suite")
    ]
    assert report["device"] == "EMULATED"
    assert not report["passed"]  # it is of a part of the suite
    assert report["tests"] == FEW
    assert report["smoke"]["agree"]
    assert report["parity"]["passed"]
    assert report["suite"]["tests"] > 20
    assert not report["failures"]
    assert {row["seconds"] for row in report["numbers"]} == {None}
    assert report["numbers"][0]["note"] == "ran, not timed"
    assert "Not the whole suite" in next((tmp_path / "out").glob("*.md")).read_text()


@pytest.mark.parametrize("how", ["the machine goes away", "told to end"])
def test_what_was_done_before_a_cut_off_is_there(begin, tmp_path, how):
    (tmp_path / "hanging.py").write_text(HANGING)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    stages = "--stages", "smoke,suite", "--tests", FEW
    ran = begin(*stages, PYTEST_ADDOPTS="-p hanging", PYTHONPATH=path)
    out = tmp_path / "out"
    until = time.monotonic() + PATIENCE
    while not any("planted" in path.read_text() for path in out.glob("*-logs/failures.txt")):
        assert ran.poll() is None, ran.stdout.read()
        assert time.monotonic() < until, "no test has failed"
        time.sleep(0.1)
    if how == "told to end":
        ran.terminate()
        ran.wait(PATIENCE)
        assert ran.returncode == 1
    else:
        end_session(ran.pid)
        ran.wait(PATIENCE)
        report = the_report(out)
        assert report["smoke"]["agree"]
        assert report["stages"]["suite"] == "not run"
        (logs,) = out.glob("*-logs")
        assert acceptance_report.main([str(logs), "--out", str(out)]) == 1
    report = the_report(out)
    assert report["stages"]["smoke"] == "passed"
    assert report["stages"]["suite"] == "cut off"
    assert report["stages"]["numbers"] == "not chosen"
    assert report["suite"]["tests"] >= 1
    assert report["failures"]
    assert all(one.startswith(FEW) for one in report["failures"])
    assert not report["passed"]


def test_without_time_nothing_begins_and_the_report_says_so(begin, tmp_path):
    ran = begin("--seconds", "1")
    told, _ = ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 1
    assert told.count("no time is left") == 6
    (path,) = (tmp_path / "out").glob("*.json")
    stages = json.loads(path.read_text())["stages"]
    assert set(stages.values()) == {"not run", "not there", "not chosen"}
