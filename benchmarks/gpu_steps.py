"""Training steps on a GPU: xpnet on CuPy, and everybody else on the same GPU."""

from __future__ import annotations

import gpu_jax
import gpu_pytorch

from xpnet.bench.contest import Contest
from xpnet.bench.peers import Peer
from xpnet.bench.problems import Problem
from xpnet.bench.steps import xpnet_steps

__all__ = ["COMPILED", "GPU_PEERS", "OURS_ON_GPU", "TABLE", "compare_gpu_steps"]

TABLE = "training step on a GPU"
OURS_ON_GPU = "xpnet on cupy, float32"
GPU_PEERS = {
    "PyTorch eager on cuda, float32": Peer("torch", gpu_pytorch.eager_learner),
    "PyTorch CUDA graph on cuda, float32": Peer("torch", gpu_pytorch.graph_learner),
    "JAX scan on cuda, float32": Peer("jax", gpu_jax.float32_learner),
    "JAX scan on cuda, TF32": Peer("jax", gpu_jax.tf32_learner),
}
"""Device and precision stand in the name, since rows of a CPU have other aims."""
COMPILED = {
    "PyTorch compiled on cuda, float32": Peer("torch", gpu_pytorch.compiled_learner),
}
"""Apart, since TorchInductor may compile for a minute."""


def compare_gpu_steps(problem: Problem, units: int, peers: dict[str, Peer]) -> Contest:
    """The contest of one training step on the GPU: gather, forward, loss, backward, update.

    Ratios refer to xpnet on CuPy. All start from the same numbers and see the same batches.

    Parameters
    ----------
    problem : Problem
    units : int
        Steps in a turn.
    peers : dict of str to Peer
    """
    contest = Contest(TABLE, problem.name, units, ours=OURS_ON_GPU, on_cuda=OURS_ON_GPU)
    contest.enter_cuda(lambda: xpnet_steps(problem, problem.data()))
    for name, peer in peers.items():
        if peer.absence:
            contest.leave_out(name, peer.absence)
        else:
            contest.enter_cuda_peer(
                name, lambda peer=peer: peer.learner(problem, problem.data()).run
            )
    return contest
