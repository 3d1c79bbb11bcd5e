"""The gradient of all parameters: by the chapter's loop, locally, by backpropagation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from xpnet.backends import asarray, use_backend
from xpnet.bench.contest import Contest, repeated
from xpnet.bench.peers.chapter import ChapterNet, numerical_gradient
from xpnet.bench.problems import CHAPTER

__all__ = ["BACKPROP", "LOCAL", "LOOP", "compare_gradients"]

LOCAL, LOOP = "xpnet's local differences", "the chapter's loop"
BACKPROP, BACKPROP_CUDA = "backprop on numpy", "backprop on cupy"


def compare_gradients(
    images: int, sample: int | None = None, aims: Mapping[str, float] | None = None
) -> Contest:
    """The contest of one gradient of the chapter's network, on real images, in float64.

    xpnet's contender, to whose time the ratios refer, is its local numerical gradient.

    Parameters
    ----------
    images : int
        In the batch.
    sample : int, optional
        How many parameters the loop goes over, drawn from all; by default it goes over all.
        Its row is extrapolated to all then, and says so.
    aims : mapping of str to float
        For a contender's name what the local gradient's time over its own should be at most.
    """
    aims = aims or {}
    work = f"784-50-10, {images:,} images"
    contest = Contest("gradient", work, ours=LOCAL, on_cuda=BACKPROP_CUDA)
    with use_backend("numpy"):
        data = CHAPTER.data()
        x, t = data.x[:images], data.t[:images]
        net = CHAPTER.network("float64")
        contest.enter(LOCAL, repeated(lambda: net.numerical_gradient(x, t)))
        loop, drawn, total = _loop(x, t, sample)
        note = f"extrapolated from {drawn:,} of {total:,} parameters" if drawn < total else ""
        contest.enter(LOOP, repeated(loop), aims.get(LOOP), note, drawn / total)
        contest.enter(BACKPROP, repeated(lambda: net.gradient(x, t)))

    def on_cuda() -> Callable[[int], object]:
        there = CHAPTER.network("float64")
        here = asarray(x), asarray(t)
        return repeated(lambda: there.gradient(*here))

    contest.enter_cuda(on_cuda)
    return contest


def _loop(x: Any, t: Any, sample: int | None) -> tuple[Callable[[], object], int, int]:
    """The chapter's loop over all parameters or over so many of them; how many, of how many."""
    params = {name: array.copy() for name, array in CHAPTER.network("float64").params.items()}
    chapter = ChapterNet(params)
    t = np.eye(10)[t]
    total = sum(array.size for array in params.values())
    drawn = np.arange(total)
    if sample is not None and sample < total:
        drawn = np.sort(np.random.default_rng(0).choice(total, sample, replace=False))

    def run() -> None:
        first = 0
        for array in params.values():
            inside = drawn[(drawn >= first) & (drawn < first + array.size)] - first
            numerical_gradient(lambda: chapter.loss(x, t), array, inside)
            first += array.size

    return run, len(drawn), total
