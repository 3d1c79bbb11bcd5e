"""From which size on a GPU is faster: the step over a grid of batch and hidden sizes."""

from __future__ import annotations

import pytest
from comparisons.crossover import crossover


@pytest.mark.parametrize("hidden", [50, 256, 1024, 4096])
@pytest.mark.parametrize("batch", [32, 100, 512, 2048])
def bench_step_on_each_backend(report, batch, hidden):
    report(crossover(batch, hidden), turns=5)
