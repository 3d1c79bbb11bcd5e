"""Training steps: xpnet, its peers, and the arithmetic that nobody can do without."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from xpnet.backends import use_backend
from xpnet.bench.contest import OURS, Contest
from xpnet.bench.peers import PEERS
from xpnet.bench.problems import LR, Data, Problem
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = ["FLOOR", "compare_steps", "floor_steps", "xpnet_steps"]

FLOOR = "its matrix products and its gather"


def xpnet_steps(problem: Problem, data: Data) -> Callable[[int], float]:
    """`Trainer.step` on the current backend; the last loss is waited for at the end."""
    train = data.x, data.t
    trainer = Trainer(problem.network(), SGD(LR), train, batch_size=problem.batch, progress=False)

    def run(steps: int) -> float:
        for _ in range(steps):
            loss = trainer.step()
        return float(loss)

    return run


def floor_steps(problem: Problem, data: Data) -> Callable[[int], float]:
    """What a step on NumPy cannot do without: its gather and its matrix products, bare.

    The products are those of forward, of the weights' gradients, and of the gradient of each
    layer's input but the first's.
    """
    indices = problem.indices()
    weights = [W for W, _ in problem.layers()]
    targets = [np.empty_like(W) for W in weights]
    rng = np.random.default_rng(0)
    douts = [rng.normal(size=(problem.batch, W.shape[1])).astype("float32") for W in weights]

    def run(steps: int) -> float:
        for _ in range(steps):
            rows = [data.x.take(next(indices), axis=0)]
            for W in weights:
                rows.append(rows[-1] @ W)
            for k in reversed(range(len(weights))):
                np.matmul(rows[k].T, douts[k], out=targets[k])
                if k:
                    douts[k] @ weights[k].T
        return 0.0

    return run


def compare_steps(problem: Problem, units: int, aims: Mapping[str, float]) -> Contest:
    """The contest of one training step: gather, forward, loss, backward, update.

    All see the same batches, from the same start, in float32 (the chapter's code in float64).

    Parameters
    ----------
    problem : Problem
    units : int
        Steps in a turn.
    aims : mapping of str to float
        For a contender's name what xpnet's time over its own should be at most.
    """
    contest = Contest("training step", problem.name, units)
    with use_backend("numpy"):
        data = problem.data()
        contest.enter(OURS, xpnet_steps(problem, data))
        contest.enter(FLOOR, floor_steps(problem, data), aims.get(FLOOR))
        for name, peer in PEERS.items():
            if peer.absence:
                contest.leave_out(name, peer.absence)
            else:
                contest.enter(name, peer.learner(problem, data).run, aims.get(name))
    contest.enter_cuda(lambda: xpnet_steps(problem, problem.data()))
    return contest
