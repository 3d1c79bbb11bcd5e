"""Which libraries are compared, and whether they are installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from problems import Data, Problem

from contenders.chapter import chapter_learner
from contenders.jax import jax_jit_learner, jax_scan_learner
from contenders.learner import Learner
from contenders.pytorch import pytorch_compiled_learner, pytorch_eager_learner
from contenders.sklearn import sklearn_learner

__all__ = ["CONTENDERS", "Contender"]


@dataclass(frozen=True)
class Contender:
    """Training steps by another library.

    Attributes
    ----------
    package : str
        What has to be importable.
    learner : callable
        Sets a `Learner` up.
    """

    package: str
    learner: Callable[[Problem, Data], Learner]

    @property
    def absence(self) -> str:
        """Why it cannot run here; empty if it can."""
        if find_spec(self.package):
            return ""
        return f"{self.package} is not installed: pip install 'xpnet[contenders]'"


CONTENDERS = {
    "the chapter's code (float64)": Contender("numpy", chapter_learner),
    "PyTorch eager": Contender("torch", pytorch_eager_learner),
    "PyTorch compiled": Contender("torch", pytorch_compiled_learner),
    "JAX jit": Contender("jax", jax_jit_learner),
    "JAX scan": Contender("jax", jax_scan_learner),
    "scikit-learn": Contender("sklearn", sklearn_learner),
}
"""All in float32, except where the name says otherwise."""
