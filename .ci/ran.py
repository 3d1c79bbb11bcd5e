"""A plugin of pytest: what has passed in one environment is not run again in the next.

    PYTHONPATH=.ci pytest -p ran --ran=FILE

leaves out the tests that FILE names and adds those that pass to it. What was skipped for the lack
of a package is not in it, and so runs where the package is. The tests of the backends run in
every environment, since what is installed is what they look at, and so do those of xpnet.sklearn,
whose estimators compute on CuPy wherever it runs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

ALWAYS = "tests/backends/", "sklearn"
"""Parts of names."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file of names; the tests that it holds are left out."""
    parser.addoption("--ran", type=Path, required=True, help="names of tests that have passed")


def pytest_configure(config: pytest.Config) -> None:
    """Gather in one process alone, not in each of xdist's."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Passed(config.getoption("--ran")))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what has passed, after the suite's own count of what it has collected."""
    file = config.getoption("--ran")
    before = set(file.read_text().splitlines()) if file.exists() else set()
    again, done = [], []
    for item in items:
        known = item.nodeid in before and not any(part in item.nodeid for part in ALWAYS)
        (done if known else again).append(item)
    config.hook.pytest_deselected(items=done)
    items[:] = again


class Passed:
    """Gathers the names, and writes them when the run is over."""

    def __init__(self, file: Path) -> None:
        self.file, self.names = file, list[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One result."""
        if report.when == "call" and report.passed:
            self.names.append(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """The run is over."""
        with self.file.open("a") as lines:
            lines.writelines(f"{name}\n" for name in self.names)
