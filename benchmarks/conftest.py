"""Ratios that benchmarks measured, printed together at the end; and how the machine was set."""

from __future__ import annotations

import platform

import numpy as np
import pytest
from acceptance_facts import emulated
from threadpoolctl import threadpool_info

_ratios: list[tuple[str, str, str]] = []


@pytest.fixture
def report_ratio(benchmark):
    """``report_ratio("xpnet / PyTorch eager", ratio, aim="at most 0.4")``: into the table."""

    def add(what, ratio, aim=""):
        _ratios.append((what, str(ratio), aim))
        benchmark.extra_info[what] = {
            "median": ratio.median,
            "quartiles": [ratio.low, ratio.high],
            "aim": aim,
        }

    return add


def pytest_collection_modifyitems(config):
    on_cupy = config.getoption("--backend") == "cupy"
    if on_cupy and emulated() and not config.getoption("--benchmark-disable"):
        raise pytest.UsageError(
            "the CUDA device is emulated, so its times say nothing of a GPU: "
            "run the benchmarks with --benchmark-disable, which only sees that they work"
        )


def pytest_collection_finish(session):
    if not session.items:
        pytest.exit("no benchmark was collected: something is wrong with the names", returncode=4)


def pytest_terminal_summary(terminalreporter):
    if not _ratios:
        return
    terminalreporter.section("ratios: median of the turns (quartiles)")
    widths = [max(map(len, column)) for column in zip(*_ratios, strict=True)]
    for row in _ratios:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())
    terminalreporter.write_line("")
    for pool in threadpool_info():
        terminalreporter.write_line(
            f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', '-')}), "
            f"{pool['num_threads']} threads"
        )
    terminalreporter.write_line(f"NumPy {np.__version__}, Python {platform.python_version()}")
