"""Benchmarks: the same work by several contenders, in turns, with ratios and their spread."""

from xpnet.bench.contest import Contest
from xpnet.bench.crossover import crossover
from xpnet.bench.gradients import compare_gradients
from xpnet.bench.results import Results, Row
from xpnet.bench.steps import compare_steps
from xpnet.bench.timing import Spread, interleave, ratio, spread

__all__ = [
    "Contest",
    "Results",
    "Row",
    "Spread",
    "compare_gradients",
    "compare_steps",
    "crossover",
    "interleave",
    "ratio",
    "spread",
]
