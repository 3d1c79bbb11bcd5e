"""The chapter's whole run (5.7.4): ten thousand steps, with an evaluation in each epoch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from contenders import CONTENDERS, Learner
from problems import CHAPTER, LR, Data

from xpnet.backends import use_backend
from xpnet.bench.benchmark import CPU, GPU, Benchmark
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = ["EPOCH", "compare_runs"]

EPOCH = 600
"""Steps between two evaluations: 60,000 images in batches of 100."""


def compare_runs(iterations: int) -> Benchmark:
    """A whole run of the chapter's network.

    Contenders that compile have compiled before, and go on from the steps that took. Each result
    notes the test accuracy at the end of its first run.

    Parameters
    ----------
    iterations : int
        10,000 in the chapter.
    """
    benchmark = Benchmark("whole run", f"{CHAPTER.name}, {iterations:,} steps")

    def add(name: str, train: Callable[[], float], before: int = 0) -> None:
        reached: list[float] = []

        def run(times: int) -> None:
            reached.extend(train() for _ in range(times))

        def note() -> str:
            return f"test accuracy {100 * reached[0]:.2f} % after {before + iterations:,} steps"

        benchmark.add(name, run, note=note)

    with use_backend("numpy"):
        data = CHAPTER.data()
        add(CPU, partial(_xpnet, data, iterations))
        for name, contender in CONTENDERS.items():
            if contender.absence:
                benchmark.skip(name, contender.absence)
                continue
            learner = contender.learner(CHAPTER, data)
            lengths = {min(EPOCH, iterations), iterations % EPOCH or EPOCH}
            for steps in lengths:
                learner.run(steps)
            add(name, partial(_whole, learner, iterations), before=sum(lengths))
    benchmark.add_cuda(GPU, lambda: _on_cuda(iterations))
    return benchmark


def _xpnet(data: Data, iterations: int) -> float:
    """`Trainer.run` with its evaluations; its last test accuracy."""
    train, test = (data.x, data.t), (data.x_test, data.t_test)
    net, batch = CHAPTER.network(), CHAPTER.batch
    trainer = Trainer(net, SGD(LR), train, test=test, batch_size=batch, progress=False)
    trainer.run(iterations=iterations)
    return trainer.net.accuracy(*test)


def _whole(learner: Learner, iterations: int) -> float:
    """The same by another library."""
    test_accuracy = 0.0
    for begun in range(0, iterations, EPOCH):
        learner.run(min(EPOCH, iterations - begun))
        _, test_accuracy = learner.accuracies()
    return test_accuracy


def _on_cuda(iterations: int) -> Callable[[int], Any]:
    data = CHAPTER.data()

    def run(times: int) -> None:
        for _ in range(times):
            _xpnet(data, iterations)

    return run
