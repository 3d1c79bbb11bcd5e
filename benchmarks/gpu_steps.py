"""Training steps on a GPU: xpnet on CuPy, and other libraries on the same GPU."""

from __future__ import annotations

from functools import partial

import gpu_jax
import gpu_pytorch
from comparisons.library_case import LibraryCase, LoneCase
from comparisons.steps import xpnet_steps
from contenders import Contender
from problems import Problem

from xpnet.bench import Benchmark
from xpnet.bench.case import Run

__all__ = ["BASELINE", "COMPILED", "ON_GPU", "PLAIN", "TABLE", "compare_gpu_steps"]

TABLE = "training step on a GPU"
BASELINE = "xpnet on cupy, captured, float32"
PLAIN = "xpnet on cupy, plain, float32"
ON_GPU = {
    "PyTorch eager on cuda, float32": Contender("torch", gpu_pytorch.eager_learner),
    "PyTorch CUDA graph on cuda, float32": Contender("torch", gpu_pytorch.graph_learner),
    "JAX scan on cuda, float32": Contender("jax", gpu_jax.float32_learner),
    "JAX scan on cuda, TF32": Contender("jax", gpu_jax.tf32_learner),
}
"""Device and precision stand in the name: the same libraries run on the CPU too."""
COMPILED = {
    "PyTorch compiled on cuda, float32": Contender("torch", gpu_pytorch.compiled_learner),
}
"""Apart, since TorchInductor may compile for a minute."""


def compare_gpu_steps(problem: Problem, units: int, contenders: dict[str, Contender]) -> Benchmark:
    """One training step on the GPU: gather, forward, loss, backward, update.

    The baseline is xpnet on CuPy, its steps captured. All start from the same numbers and see the
    same batches, xpnet's after three steps that set it up.

    Parameters
    ----------
    problem : Problem
    units : int
        Steps in a turn.
    contenders : dict of str to Contender
    """
    benchmark = Benchmark(TABLE, problem.name, units=units, baseline=BASELINE)
    for name, capture in ((BASELINE, True), (PLAIN, False)):
        benchmark.cases.append(LoneCase(name, partial(_xpnet_run, problem, capture)))
    for name, contender in contenders.items():
        if contender.absence:
            benchmark.skip(name, contender.absence)
            continue
        make = partial(_learner_run, contender, problem)
        benchmark.cases.append(LibraryCase(name, make))
    return benchmark


def _xpnet_run(problem: Problem, capture: bool) -> Run:
    run = xpnet_steps(problem, problem.data(), capture)
    run(3)  # the second step of a run is captured: before anything is timed
    return run


def _learner_run(contender: Contender, problem: Problem) -> Run:
    return contender.learner(problem, problem.data()).run
