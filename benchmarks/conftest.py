"""What benchmarks share: a number of threads, and results that are printed and written."""

from __future__ import annotations

import json
import textwrap
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from aims import compared
from environment import environment, slug
from publishing.tables import text_tables

from xpnet.bench import Benchmark, Results
from xpnet.bench.text import headline
from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole
from xpnet.machine import cores, use_threads

RESULTS = pytest.StashKey[Results]()
AIMS = pytest.StashKey[list[str]]()


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
        raise pytest.UsageError(
            f"--results {path}: expected a folder that exists, or a .json in one"
        )
    limit = ExitStack()
    try:
        limit.enter_context(use_threads(config.getoption("--threads")))
    except OptionError as error:
        raise pytest.UsageError(f"--{error}") from None
    config.add_cleanup(limit.close)
    # the tables at the end are these results'; pytest-benchmark's own has only the baselines
    config.option.benchmark_quiet = True
    config.stash[RESULTS], config.stash[AIMS] = Results(machine=environment()), []
    if path:
        try:
            check_writable(_file_of(config))
        except OptionError as error:
            raise pytest.UsageError(f"--results {error}") from None


def pytest_collection_finish(session):
    if not session.items:
        pytest.exit("no benchmark was collected: check the names that were given", returncode=4)


@pytest.fixture
def results(request):
    """Of this session: rows added here are printed at its end, and written."""
    return request.config.stash[RESULTS]


@pytest.fixture
def aim_lines(request):
    """Of this session: lines added here are printed at its end, and not published."""
    return request.config.stash[AIMS]


@pytest.fixture
def report(results, aim_lines, benchmark):
    """``report(made, turns)`` runs a benchmark and returns its results.

    They are printed at the end of the session, each with what ``rate(result)`` says of its time;
    ``aims=[...]`` are compared with them. With ``--benchmark-disable`` every case runs once, and
    nothing is timed.
    """

    def run(made: Benchmark, turns, *, rate=lambda row: "", warm=True, aims=()):
        rows = made.results(turns, timed=benchmark.enabled, warm=warm)
        rows = [replace(row, rate=rate(row)) if row.seconds else row for row in rows]
        results.rows += rows
        aim_lines.extend(compared(rows, aims))
        benchmark.pedantic(made.run_baseline, rounds=3)
        return rows

    return run


def pytest_terminal_summary(terminalreporter, config):
    results, aim_lines = config.stash[RESULTS], config.stash[AIMS]
    if not results.rows:
        return
    width = terminalreporter.config.get_terminal_writer().fullwidth
    lines = textwrap.wrap(headline(results.machine), width)
    lines += ["", *text_tables(results.rows, width)]
    terminalreporter.section("benchmarks: medians (quartiles)")
    for line in lines:
        terminalreporter.write_line(line)
    if aim_lines:
        terminalreporter.section("aims")
        for line in aim_lines:
            terminalreporter.write_line(
                "\n".join(textwrap.wrap(line, width, subsequent_indent="  "))
            )


def pytest_sessionfinish(session):
    results = session.config.stash[RESULTS]
    if session.config.getoption("--results") and results.rows:
        document = json.dumps(results.document(), indent=1) + "\n"
        write_whole(_file_of(session.config), document)


def _file_of(config):
    """The file of ``--results``, named after date and machine where that is a folder."""
    path, machine = config.getoption("--results"), config.stash[RESULTS].machine
    if not path.is_dir():
        return path
    return path / f"{machine['date']}-{slug(config.getoption('--machine') or machine['cpu'])}.json"
