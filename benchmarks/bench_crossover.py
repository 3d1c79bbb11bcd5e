"""Where the GPU begins to win: the step over a grid of batch and hidden sizes, on each backend."""

from __future__ import annotations

import pytest

from xpnet.bench.crossover import crossover


@pytest.mark.parametrize("hidden", [50, 256, 1024, 4096])
@pytest.mark.parametrize("batch", [32, 100, 512, 2048])
def bench_step_on_each_backend(contest_report, batch, hidden):
    contest_report(crossover(batch, hidden), turns=5)
