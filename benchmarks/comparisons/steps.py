"""Training steps: xpnet, other libraries, and the arithmetic that every step needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from contenders import CONTENDERS
from problems import Data, Problem

from xpnet.backends import use_backend
from xpnet.bench.benchmark import CPU, GPU, Benchmark
from xpnet.bench.steps import training_steps

__all__ = ["FLOOR", "compare_steps", "floor_steps", "xpnet_steps"]

FLOOR = "its matrix products and its gather"


def xpnet_steps(
    problem: Problem, data: Data, capture: bool | None = None
) -> Callable[[int], float]:
    """`Trainer.run` on the current backend; it waits for the losses."""
    return training_steps(problem.network(), (data.x, data.t), problem.batch, capture)


def floor_steps(problem: Problem, data: Data) -> Callable[[int], float]:
    """The least that a step on NumPy needs: its gather and its matrix products alone.

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


def compare_steps(problem: Problem, units: int) -> Benchmark:
    """One training step: gather, forward, loss, backward, update.

    All cases see the same batches, from the same start, in float32 (the chapter's code in float64).

    Parameters
    ----------
    problem : Problem
    units : int
        Steps in a turn.
    """
    benchmark = Benchmark("training step", problem.name, units=units)
    with use_backend("numpy"):
        data = problem.data()
        benchmark.add(CPU, xpnet_steps(problem, data))
        benchmark.add(FLOOR, floor_steps(problem, data))
        for name, contender in CONTENDERS.items():
            if contender.absence:
                benchmark.skip(name, contender.absence)
            else:
                benchmark.add(name, contender.learner(problem, data).run)
    benchmark.add_cuda(GPU, lambda: xpnet_steps(problem, problem.data()))
    return benchmark
