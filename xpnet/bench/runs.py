"""The chapter's whole run (5.7.4): ten thousand steps, with an evaluation in each epoch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from xpnet.backends import use_backend
from xpnet.bench.contest import OURS, Contest
from xpnet.bench.peers import PEERS, Learner
from xpnet.bench.problems import CHAPTER, LR, Data
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = ["EPOCH", "compare_runs"]

EPOCH = 600
"""Steps between two evaluations: 60,000 images in batches of 100."""


def compare_runs(iterations: int, aims: Mapping[str, float]) -> Contest:
    """The contest of a whole run of the chapter's network.

    Compilers have compiled before, and a peer's runs go on from the steps that took. Each row tells
    the test accuracy at the end of its first run.

    Parameters
    ----------
    iterations : int
        10,000 in the chapter.
    aims : mapping of str to float
        For a contender's name what xpnet's time over its own should be at most.
    """
    contest = Contest("whole run", f"{CHAPTER.name}, {iterations:,} steps")

    def enter(name: str, train: Callable[[], float], before: int = 0) -> None:
        reached: list[float] = []

        def run(times: int) -> None:
            reached.extend(train() for _ in range(times))

        def told() -> str:
            return f"test accuracy {100 * reached[0]:.2f} % after {before + iterations:,} steps"

        contest.enter(name, run, aims.get(name), told)

    with use_backend("numpy"):
        data = CHAPTER.data()
        enter(OURS, partial(_xpnet, data, iterations))
        for name, peer in PEERS.items():
            if peer.absence:
                contest.leave_out(name, peer.absence)
                continue
            learner = peer.learner(CHAPTER, data)
            lengths = {min(EPOCH, iterations), iterations % EPOCH or EPOCH}
            for steps in lengths:
                learner.run(steps)
            enter(name, partial(_whole, learner, iterations), before=sum(lengths))
    contest.enter_cuda(lambda: _on_cuda(iterations), lambda: _on_cuda(2))
    return contest


def _xpnet(data: Data, iterations: int) -> float:
    """`Trainer.run`, as the README shows it; its last test accuracy."""
    train, test = (data.x, data.t), (data.x_test, data.t_test)
    trainer = Trainer(CHAPTER.network(), SGD(LR), train, test, CHAPTER.batch, progress=False)
    trainer.run(iterations=iterations)
    return trainer.net.accuracy(*test)


def _whole(learner: Learner, iterations: int) -> float:
    """The same of another library."""
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
