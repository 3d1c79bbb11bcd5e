"""Who is compared, and whether it is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from xpnet.bench.peers.chapter import chapter_learner
from xpnet.bench.peers.jax import jax_jit_learner, jax_scan_learner
from xpnet.bench.peers.learner import Learner
from xpnet.bench.peers.pytorch import pytorch_compiled_learner, pytorch_eager_learner
from xpnet.bench.peers.sklearn import sklearn_learner
from xpnet.bench.problems import Data, Problem

__all__ = ["PEERS", "Peer"]


@dataclass(frozen=True)
class Peer:
    """Somebody else's training steps.

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
        """Why it cannot run here; nothing where it can."""
        if find_spec(self.package):
            return ""
        return f"{self.package} is not installed: pip install 'xpnet[bench]'"


PEERS = {
    "the chapter's code (float64)": Peer("numpy", chapter_learner),
    "PyTorch eager": Peer("torch", pytorch_eager_learner),
    "PyTorch compiled": Peer("torch", pytorch_compiled_learner),
    "JAX jit": Peer("jax", jax_jit_learner),
    "JAX scan": Peer("jax", jax_scan_learner),
    "scikit-learn": Peer("sklearn", sklearn_learner),
}
"""All in float32, except where the name says otherwise."""
