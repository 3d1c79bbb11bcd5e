"""Gradients as `xpnet bench` compares them, beside the chapter's own loop."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from contenders.chapter import ChapterNet, numerical_gradient
from problems import CHAPTER, Data

from xpnet.backends import use_backend
from xpnet.bench import compare_gradients
from xpnet.bench.benchmark import Benchmark
from xpnet.bench.case import Case

__all__ = ["LOOP", "compare_with_the_chapter"]

LOOP = "the chapter's loop"


def compare_with_the_chapter(images: int, sample: int | None = None) -> Benchmark:
    """`xpnet.bench.compare_gradients` with the chapter's loop as its baseline.

    Parameters
    ----------
    images : int
        In the batch.
    sample : int, optional
        How many parameters the loop visits, drawn from all; by default all. Its time is then
        extrapolated, and its result says so.
    """
    benchmark = compare_gradients(images, baseline=LOOP)
    with use_backend("numpy"):
        work, drawn, total = _loop(CHAPTER.data(), images, sample)
    note = f"extrapolated from {drawn:,} of {total:,} parameters" if drawn < total else ""
    # first, where a reader looks for the baseline
    benchmark.cases.insert(0, Case(LOOP, work, fraction=drawn / total, note=note))
    return benchmark


def _loop(data: Data, images: int, sample: int | None) -> tuple[Callable[[int], object], int, int]:
    """The loop over all parameters or over so many of them; how many, of how many."""
    params = {name: array.copy() for name, array in CHAPTER.network("float64").params.items()}
    chapter = ChapterNet(params)
    x, t = data.x[:images], np.eye(10)[data.t[:images]]
    total = sum(array.size for array in params.values())
    drawn = np.arange(total)
    if sample is not None and sample < total:
        drawn = np.sort(np.random.default_rng(0).choice(total, sample, replace=False))

    def run(times: int) -> None:
        for _ in range(times):
            first = 0
            for array in params.values():
                inside = drawn[(drawn >= first) & (drawn < first + array.size)] - first
                numerical_gradient(lambda: chapter.loss(x, t), array, inside)
                first += array.size

    return run, len(drawn), total
