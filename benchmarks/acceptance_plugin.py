"""pytest plugin of an acceptance run: the tests that a device decides, on disk while they run.

    pytest -p acceptance_plugin --backend cupy --acceptance=FOLDER --until=1893456000

FOLDER/failures.txt gets each failure at once, FOLDER/suite.json the counts every few seconds. When
the time is up no further test begins, what ran is still reported, and the exit code is 124.
Works with pytest-xdist and without.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

OUTSIDE = (
    "tests/backends/test_nvrtc.py",  # compiles for six architectures and needs none of them
    "tests/benchmarks",
    "tests/cudaemu",
    "tests/docker",
    "tests/docs",
    "tests/test_architecture.py",
)
"""What says nothing of a device."""
OUT_OF_TIME = 124
"""As `timeout` has it."""
LONGEST = 4000
EVERY = 2.0
"""Seconds between two times that the counts are written."""


def pytest_addoption(parser):
    group = parser.getgroup("acceptance")
    group.addoption("--acceptance", type=Path, metavar="FOLDER", required=True)
    group.addoption("--until", type=float, default=float("inf"), metavar="SECONDS", help="epoch's")


def pytest_ignore_collect(collection_path, config):
    if any(collection_path == config.rootpath / name for name in OUTSIDE):
        return True
    return None


@pytest.hookimpl(trylast=True)  # the suite has counted its tests on CuPy by then
def pytest_collection_modifyitems(config, items):
    apart = [item for item in items if "cupy" not in item.nodeid]
    items[:] = [item for item in items if "cupy" in item.nodeid]
    config.hook.pytest_deselected(items=apart)


def pytest_configure(config):
    config.pluginmanager.register(Clock(config.getoption("--until")), "acceptance-clock")
    if not hasattr(config, "workerinput"):  # xdist's workers report to one controller
        config.pluginmanager.register(Recorder(config.getoption("--acceptance")))


class Clock:
    """Ends the session behind the test that runs when the time is up.

    Each of xdist's workers has one, since hundreds of tests wait with it already.
    """

    def __init__(self, until):
        self.until = until
        self.late = False

    def pytest_sessionstart(self, session):
        self.session = session

    def pytest_runtest_logreport(self):
        if time.time() > self.until:
            self.late = True
            self.session.shouldstop = "the time is up"

    def pytest_sessionfinish(self, session):
        if self.late:
            session.exitstatus = OUT_OF_TIME


class Recorder:
    """Writes what is known while the suite runs."""

    def __init__(self, folder):
        self.folder = folder
        self.counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
        self.written = 0.0

    def pytest_collectreport(self, report):
        if report.failed:
            self.fail(report, "errors", "collection")

    def pytest_runtest_logreport(self, report):
        # a test that does not come through its setup is never called
        self.counts["tests"] += report.when == "call" or (
            report.when == "setup" and not report.passed
        )
        self.counts["skipped"] += report.skipped
        if report.failed:
            kind = "failures" if report.when == "call" else "errors"
            self.fail(report, kind, report.when)
        if time.monotonic() - self.written > EVERY:
            self.write()

    def pytest_sessionfinish(self):
        self.write()

    def fail(self, report, kind, when):
        self.counts[kind] += 1
        self.write()
        with (self.folder / "failures.txt").open("a", encoding="utf-8") as log:
            log.write(f"=== {report.nodeid} ({when})\n{report.longreprtext[-LONGEST:]}\n")

    def write(self):
        self.written = time.monotonic()
        # replaced as a whole, since a cut-off may come during writing
        part = self.folder / "suite.json.part"
        part.write_text(json.dumps(self.counts))
        part.replace(self.folder / "suite.json")
