"""JAX on a GPU: many steps in one ``lax.scan``, in float32 and in TF32."""

from __future__ import annotations

from contenders import Learner
from contenders.jax import jax_scan_learner
from problems import Data, Problem

__all__ = ["float32_learner", "scan_learner", "tf32_learner"]


def float32_learner(problem: Problem, data: Data) -> Learner:
    """Products in float32 itself."""
    return scan_learner(problem, data, "highest")


def tf32_learner(problem: Problem, data: Data) -> Learner:
    """JAX's default on a GPU: TF32 where the tensor cores have it (compute capability 8.0 on)."""
    return scan_learner(problem, data, "default")


def scan_learner(problem: Problem, data: Data, precision: str, platform: str = "gpu") -> Learner:
    """The scan with this precision of products, which a function is compiled with.

    Parameters
    ----------
    problem : Problem
    data : Data
    precision : str
        As ``jax_default_matmul_precision`` takes it.
    platform : str
    """
    import jax

    learner = jax_scan_learner(problem, data, platform)

    def run(steps: int) -> float:
        with jax.default_matmul_precision(precision):
            return learner.run(steps)

    return Learner(run, learner.accuracies)
