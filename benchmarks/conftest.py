"""What benchmarks share: pinned threads, and contests whose rows are printed and kept."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from xpnet.bench.contest import Contest
from xpnet.bench.machine import cores, pinned, slug
from xpnet.bench.results import Results
from xpnet.bench.tables import headline, text_tables
from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole

KEPT = pytest.StashKey[Results]()


def pytest_addoption(parser):
    group = parser.getgroup("xpnet benchmarks")
    group.addoption(
        "--threads",
        type=int,
        default=cores(),
        help="threads of every library, on as many cores (default: all)",
    )
    group.addoption(
        "--results",
        type=Path,
        metavar="PATH",
        help="write the results to this .json, or to <date>-<machine>.json in this folder",
    )
    group.addoption("--machine", help="names the machine in that file (default: its processor)")


def pytest_configure(config):
    path = config.getoption("--results")
    if path and not (path.is_dir() or (path.suffix == ".json" and path.parent.is_dir())):
        raise pytest.UsageError(f"--results {path}: wanted a folder that exists, or a .json in one")
    pinning = ExitStack()
    try:
        pinning.enter_context(pinned(config.getoption("--threads")))
    except OptionError as error:
        raise pytest.UsageError(f"--{error}") from None
    config.add_cleanup(pinning.close)
    config.stash[KEPT] = Results()
    if path:
        try:
            check_writable(_kept_at(config))
        except OptionError as error:
            raise pytest.UsageError(f"--results {error}") from None


def pytest_collection_finish(session):
    if not session.items:
        pytest.exit("no benchmark was collected: something is wrong with the names", returncode=4)


@pytest.fixture
def results(request):
    """Of this session: rows added here are printed at its end, and kept."""
    return request.config.stash[KEPT]


@pytest.fixture
def contest_report(results, benchmark):
    """``contest_report(contest, turns)`` lets its contenders take turns; returns its rows.

    The rows are printed at the end of the session, with what ``rate(row)`` says of each that has a
    time. What pytest-benchmark's own table shows is xpnet's contender alone. With
    ``--benchmark-disable`` every contender runs once, and nothing is timed.
    """

    def report(contest: Contest, turns, rate=lambda row: "", warm=True):
        rows = contest.rows(turns, timed=benchmark.enabled, warm=warm)
        rows = [replace(row, rate=rate(row)) if row.seconds else row for row in rows]
        results.add(rows)
        benchmark.pedantic(contest.alone, rounds=3)
        return rows

    return report


def pytest_terminal_summary(terminalreporter, config):
    results = config.stash[KEPT]
    if not results.rows:
        return
    terminalreporter.section("contests: medians (quartiles)")
    terminalreporter.write_line(headline(results))
    for line in text_tables(results):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session):
    results = session.config.stash[KEPT]
    if session.config.getoption("--results") and results.rows:
        document = json.dumps(results.document(), indent=1) + "\n"
        write_whole(_kept_at(session.config), document)


def _kept_at(config):
    """The file of ``--results``, named after date and machine where that is a folder."""
    path, machine = config.getoption("--results"), config.stash[KEPT].machine
    if not path.is_dir():
        return path
    return path / f"{machine['date']}-{slug(config.getoption('--machine') or machine['cpu'])}.json"
