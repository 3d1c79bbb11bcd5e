"""Benchmarks: one piece of work in several cases, which take turns in one process."""

from xpnet.bench.benchmark import Benchmark
from xpnet.bench.case import repeated
from xpnet.bench.gradients import compare_gradients
from xpnet.bench.quick import quick_comparison
from xpnet.bench.results import Result, Results
from xpnet.bench.steps import compare_steps
from xpnet.bench.timing import Spread, interleave, ratio, spread

__all__ = [
    "Benchmark",
    "Result",
    "Results",
    "Spread",
    "compare_gradients",
    "compare_steps",
    "interleave",
    "quick_comparison",
    "ratio",
    "repeated",
    "spread",
]
