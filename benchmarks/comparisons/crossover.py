"""Training steps over a grid of sizes on each backend: from which size on a GPU is faster."""

from __future__ import annotations

from problems import Problem

from comparisons.steps import xpnet_steps
from xpnet.backends import use_backend
from xpnet.bench.benchmark import CPU, GPU, Benchmark

__all__ = ["crossover"]

FLOPS_OF_A_TURN = 5e8
"""So many make a turn long enough to be timed and short enough to be repeated."""


def crossover(batch: int, hidden: int) -> Benchmark:
    """The benchmark of one cell of the grid: a step of 784-`hidden`-10 with this batch.

    Parameters
    ----------
    batch, hidden : int
    """
    problem = Problem((784, hidden, 10), batch)
    # two products with the images, three with the hidden layer, two operations for each entry
    flops = 2 * batch * hidden * (2 * 784 + 3 * 10)
    units = max(1, round(FLOPS_OF_A_TURN / flops))
    benchmark = Benchmark("crossover", problem.name, units=units)
    with use_backend("numpy"):
        benchmark.add(CPU, xpnet_steps(problem, problem.data()))
    benchmark.add_cuda(GPU, lambda: xpnet_steps(problem, problem.data()))
    return benchmark
