"""Who is compared, and whether it is installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from xpnet.bench.peers.chapter import chapter_steps
from xpnet.bench.peers.jax import jax_jit_steps, jax_scan_steps
from xpnet.bench.peers.pytorch import pytorch_compiled_steps, pytorch_eager_steps
from xpnet.bench.peers.sklearn import sklearn_steps
from xpnet.bench.problems import Problem

__all__ = ["PEERS", "Peer"]


@dataclass(frozen=True)
class Peer:
    """Somebody else's training steps.

    Attributes
    ----------
    package : str
        What has to be importable.
    steps : callable
        ``steps(problem, data)`` sets up, from the problem's own start, and returns ``run(k)``:
        it trains the next k batches, each gathered from `data`, and returns the last loss.
    """

    package: str
    steps: Callable[[Problem, tuple[Any, Any]], Callable[[int], float]]

    @property
    def absence(self) -> str:
        """Why it cannot run here; nothing where it can."""
        if find_spec(self.package):
            return ""
        return f"{self.package} is not installed: pip install 'xpnet[bench]'"


PEERS = {
    "the chapter's code (float64)": Peer("numpy", chapter_steps),
    "PyTorch eager": Peer("torch", pytorch_eager_steps),
    "PyTorch compiled": Peer("torch", pytorch_compiled_steps),
    "JAX jit": Peer("jax", jax_jit_steps),
    "JAX scan": Peer("jax", jax_scan_steps),
    "scikit-learn": Peer("sklearn", sklearn_steps),
}
"""All in float32, except where the name says otherwise."""
