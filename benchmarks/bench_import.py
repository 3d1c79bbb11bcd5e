"""What ``import xpnet`` costs beside ``import numpy``, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

from xpnet.bench.results import Row
from xpnet.bench.timing import ratio, spread

AIM = 1.3
TIMED = "import time; begun = time.perf_counter(); import {}; print(time.perf_counter() - begun)"


def seconds_to_import(module):
    """Python's own start is not in it."""
    command = [sys.executable, "-c", TIMED.format(module)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def bench_import(benchmark, results):
    if benchmark.enabled:
        turns = [(seconds_to_import("xpnet"), seconds_to_import("numpy")) for _ in range(20)]
        ours, theirs = map(list, zip(*turns, strict=True))
        row = "import", "in a new Python"
        results.add(
            [
                Row(*row, "import xpnet", spread(ours)),
                Row(*row, "import numpy", spread(theirs), ratio(ours, theirs), AIM),
            ]
        )
    benchmark.pedantic(seconds_to_import, ("xpnet",), rounds=5)
