"""Where a GPU begins to win: the training step over a grid of sizes, on each backend."""

from __future__ import annotations

from xpnet.backends import use_backend
from xpnet.bench.contest import OURS, Contest
from xpnet.bench.problems import Problem
from xpnet.bench.steps import xpnet_steps

__all__ = ["crossover"]

FLOPS_OF_A_TURN = 5e8
"""So many make a turn long enough to be timed and short enough to be repeated."""


def crossover(batch: int, hidden: int) -> Contest:
    """The contest of one cell of the grid: a step of 784-`hidden`-10 with this batch.

    Parameters
    ----------
    batch, hidden : int
    """
    problem = Problem((784, hidden, 10), batch)
    # two products with the images, three with the hidden layer, two operations for each entry
    flops = 2 * batch * hidden * (2 * 784 + 3 * 10)
    contest = Contest("crossover", problem.name, units=max(1, round(FLOPS_OF_A_TURN / flops)))
    with use_backend("numpy"):
        contest.enter(OURS, xpnet_steps(problem, problem.data()))
    contest.enter_cuda(lambda: xpnet_steps(problem, problem.data()))
    return contest
