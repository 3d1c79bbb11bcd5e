"""Runs beside a busy process: as `Trainer` chooses BLAS's threads, on one, and on all of them."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from busy import spinning
from problems import LR, PROBLEMS

from xpnet.backends import use_backend
from xpnet.bench import Benchmark
from xpnet.bench.benchmark import CPU
from xpnet.machine import cores
from xpnet.optimizers import SGD
from xpnet.training import Trainer

SIZES = PROBLEMS[:2]
STEPS, TURNS = (100, 10), (15, 9)
BESIDE = {"quiet": nullcontext, "one core busy": spinning}


def runs_on(problem, data, threads):
    """`Trainer.run`; with None it chooses the threads."""
    train = data.x, data.t
    options = {"batch_size": problem.batch, "progress": False, "threads": threads}
    trainer = Trainer(problem.network(), SGD(LR), train, **options)
    return lambda steps: trainer.run(iterations=steps)


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("size", range(len(SIZES)), ids=[problem.name for problem in SIZES])
def bench_run(report, size, beside):
    problem = SIZES[size]
    made = Benchmark("threads of BLAS", f"{problem.name}, {beside}", units=STEPS[size])
    with use_backend("numpy"):
        data = problem.data()
        for name, threads in {CPU: None, "threads=1": 1, f"threads={cores()}": cores()}.items():
            made.add(name, runs_on(problem, data, threads))
    with BESIDE[beside]():
        report(made, TURNS[size])
