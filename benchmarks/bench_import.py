"""What ``import xpnet`` costs beside ``import numpy``, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from interleave import ratio

TIMED = "import time; begun = time.perf_counter(); import {}; print(time.perf_counter() - begun)"


def seconds_to_import(module):
    command = [sys.executable, "-c", TIMED.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def bench_import_against_numpy(benchmark, report_ratio):
    turns = [(seconds_to_import("xpnet"), seconds_to_import("numpy")) for _ in range(20)]
    report_ratio("import xpnet / import numpy", ratio(*zip(*turns, strict=True)), "at most 1.3")
    benchmark.pedantic(seconds_to_import, ("xpnet",), rounds=5)
