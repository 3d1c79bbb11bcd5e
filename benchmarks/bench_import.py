"""What ``import xpnet`` costs beside ``import numpy``, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from aims import Aim, compared

from xpnet.bench import Result, ratio, spread

AIM = Aim("import xpnet", at_least=1 / 1.3)
TIMED = "import time; begun = time.perf_counter(); import {}; print(time.perf_counter() - begun)"


def seconds_to_import(module):
    """Without Python's own start."""
    command = [sys.executable, "-c", TIMED.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def bench_import(benchmark, results, aim_lines):
    if benchmark.enabled:
        turns = [(seconds_to_import("xpnet"), seconds_to_import("numpy")) for _ in range(20)]
        xpnet, numpy = map(list, zip(*turns, strict=True))
        row = "import", "in a new Python"
        rows = [
            Result(*row, "import numpy", spread(numpy)),
            Result(*row, "import xpnet", spread(xpnet), ratio(numpy, xpnet)),
        ]
        results.rows += rows
        aim_lines.extend(compared(rows, [AIM]))
    benchmark.pedantic(seconds_to_import, ("xpnet",), rounds=5)
