"""What an all-reduce takes by ring or tree: latency + bytes / bandwidth, by NVIDIA's figures."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "DGX_H100",
    "PROTOCOLS",
    "SOURCES",
    "Cluster",
    "Protocol",
    "RingAndTree",
    "all_reduce",
    "ring",
    "tree",
]


def ring(moved: int, ranks: int, latency: float, bandwidth: float) -> float:
    """Seconds of an all-reduce in a ring: ``2 (P - 1) a + 2 (P - 1) / P * S / B``.

    The array is cut into P pieces. In P - 1 steps they are added up, each on its way round the
    ring, and in P - 1 the sums are handed on. No algorithm moves fewer bytes through a rank.

    Parameters
    ----------
    moved : int
        S, the bytes of the array.
    ranks : int
        P.
    latency : float
        a, the seconds of a step that moves nothing.
    bandwidth : float
        B, the bytes a second that leave a rank while as many come in.

    References
    ----------
    R. Thakur, R. Rabenseifner, W. Gropp: Optimization of Collective Communication Operations in
    MPICH. International Journal of High Performance Computing Applications 19 (1), 2005.
    """
    steps = 2 * (ranks - 1)
    return steps * latency + steps / ranks * moved / bandwidth


def tree(moved: int, ranks: int, latency: float, bandwidth: float) -> float:
    """Seconds of an all-reduce in a double binary tree: ``2 log2(P) a + 2 S / B``.

    Partial sums go up and the sums come down, in small pieces, one behind the other. A rank that
    is inside one of the two trees is a leaf of the other, and each tree has half of the array: so
    a rank sends and receives 2 S bytes at most. The parameters are those of `ring`.

    References
    ----------
    https://developer.nvidia.com/blog/massively-scale-deep-learning-training-nccl-2-4/
    """
    return 2 * math.ceil(math.log2(ranks)) * latency + 2 * moved / bandwidth


class RingAndTree(NamedTuple):
    """Seconds in the one and in the other."""

    ring: float
    tree: float


@dataclass(frozen=True)
class Protocol:
    """A way in which NCCL hands data on.

    Attributes
    ----------
    name : str
    call : RingAndTree
        What the call itself takes.
    within, between : RingAndTree
        A step within a machine, and one between two.
    share : float
        Of the bandwidth: the rest is lost to flags that say which data has come.
    """

    name: str
    call: RingAndTree
    within: RingAndTree
    between: RingAndTree
    share: float


PROTOCOLS = (
    Protocol(
        "LL",
        call=RingAndTree(6.6e-6, 6.8e-6),
        within=RingAndTree(0.6e-6, 0.6e-6),
        between=RingAndTree(2.7e-6, 5.0e-6),
        share=0.25,
    ),
    Protocol(
        "LL128",
        call=RingAndTree(14e-6, 14e-6),
        within=RingAndTree(1.9e-6, 1.25e-6),
        between=RingAndTree(4.0e-6, 8.5e-6),
        share=0.92,
    ),
    Protocol(
        "Simple",
        call=RingAndTree(8.4e-6, 0.0),
        within=RingAndTree(3.4e-6, 28e-6),
        between=RingAndTree(14e-6, 28e-6),
        share=1.0,
    ),
)
"""NCCL's estimates, by which it chooses between algorithms and protocols. Left out are its
corrections for single sizes, its limits of a channel, and sums formed by switches (NVLS, SHARP)."""

SOURCES = (
    "seconds of a call and of a step, shares of the bandwidth: NCCL 2.20.3, its own estimates,",
    "https://github.com/NVIDIA/nccl/blob/v2.20.3-1/src/graph/tuning.cc",
)


@dataclass(frozen=True)
class Cluster:
    """Machines of GPUs, filled one after the other.

    Attributes
    ----------
    name : str
    gpus : int
        Of a machine.
    within : float
        Bytes a second that leave a GPU for others of its machine.
    between : float
        Bytes a second that leave a machine, by all of its adapters.
    sources : tuple of str
        Where the figures are from.
    """

    name: str
    gpus: int
    within: float
    between: float
    sources: tuple[str, ...]

    def machines(self, ranks: int) -> int:
        """On which so many ranks are, a GPU each."""
        return math.ceil(ranks / self.gpus)

    def bandwidth(self, ranks: int) -> float:
        """Bytes a second through a rank.

        There are as many rings, or trees, as adapters, each for its part of the array. All of them
        go through every GPU, and each leaves a machine by another adapter.
        """
        return self.within if self.machines(ranks) == 1 else min(self.within, self.between)


DGX_H100 = Cluster(
    "DGX H100",
    gpus=8,
    within=450e9,
    between=8 * 50e9,
    sources=(
        "NVLink, 900 GB/s for both directions together: NVIDIA H100 Tensor Core GPU, datasheet:",
        "https://resources.nvidia.com/en-us-gpu-resources/h100-datasheet-24306",
        "InfiniBand, 8 adapters of 400 Gb/s: NVIDIA DGX BasePOD, core components:",
        "https://docs.nvidia.com/dgx-basepod/reference-architecture-infrastructure-foundation-"
        "enterprise-ai/latest/core-components.html",
    ),
)


def all_reduce(moved: int, ranks: int, cluster: Cluster) -> tuple[float, str]:
    """Seconds of the fastest way, and its name; of one rank, which has nothing to do, 0.

    A ring takes two steps from each machine to the next one, and all others within. A tree is one
    of machines, in each of which the GPUs are a chain, up which and down which the sums go too.

    Parameters
    ----------
    moved : int
        Bytes of the array.
    ranks : int
        GPUs.
    cluster : Cluster
    """
    if ranks == 1:
        return 0.0, ""
    machines = cluster.machines(ranks)
    steps, crossing = 2 * (ranks - 1), 2 * machines if machines > 1 else 0
    chain = 2 * (math.ceil(ranks / machines) - 1)
    ways = []
    for one in PROTOCOLS:
        bandwidth = one.share * cluster.bandwidth(ranks)
        mean = one.within.ring + crossing / steps * (one.between.ring - one.within.ring)
        around = one.call.ring + ring(moved, ranks, mean, bandwidth)
        up_and_down = tree(moved, machines, one.between.tree, bandwidth)
        along = one.call.tree + chain * one.within.tree + up_and_down
        ways += [(around, f"ring {one.name}"), (along, f"tree {one.name}")]
    return min(ways)
