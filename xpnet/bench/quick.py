"""The quick comparison that ``xpnet bench`` runs: gradients, then training steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from xpnet.bench.benchmark import Benchmark
from xpnet.bench.gradients import compare_gradients
from xpnet.bench.results import Results
from xpnet.bench.steps import compare_steps

__all__ = ["quick_comparison"]

PARTS: tuple[tuple[Callable[[], Benchmark], int], ...] = (
    (partial(compare_gradients, 3), 5),
    (partial(compare_gradients, 100), 3),
    (partial(compare_steps, 50, 100, units=100), 9),
    (partial(compare_steps, 512, 512, units=5), 7),
    (partial(compare_steps, 1024, 1024, units=2), 5),
)
"""What makes each benchmark, and its turns."""


def quick_comparison(tell: Callable[[str], object] = lambda line: None) -> Results:
    """Run the benchmarks, one after the other.

    Parameters
    ----------
    tell : callable
        Is given a line before each of them.
    """
    results = Results()
    for number, (make, turns) in enumerate(PARTS, 1):
        benchmark = make()
        tell(f"{number} of {len(PARTS)}: {benchmark.table}, {benchmark.work}")
        results.rows += benchmark.results(turns)
    return results
