"""What bounds a step on a device: this CPU, measured, and three GPUs, from their data sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ceilings import Ceilings, ceilings, fastest
from operations import Operation

from xpnet.bench import repeated
from xpnet.bench.benchmark import CPU
from xpnet.machine import processor

__all__ = ["DATA_SHEETS", "REPLAY", "Device", "Replay", "this_cpu"]


@dataclass(frozen=True)
class Replay:
    """What the replay of a captured step costs beside its work.

    Attributes
    ----------
    launch : float
        Seconds that the host takes for one replay.
    node : float
        Seconds that a kernel takes at least in the graph, where the next one waits for it.
    sources : tuple of str
        Where the figures are from.
    """

    launch: float
    node: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Device:
    """The figures that the model needs.

    Attributes
    ----------
    name : str
    ceilings : Ceilings
    launch : float
        Seconds that the host takes for one launch; on a CPU, for one call of NumPy.
    overlaps : bool
        Whether the host goes on while the device works.
    source : str
        Where the figures are from.
    """

    name: str
    ceilings: Ceilings
    launch: float
    overlaps: bool
    source: str

    def work(self, operations: Sequence[Operation]) -> float:
        """Seconds of the device: each operation's arithmetic or traffic, whichever takes longer."""
        return sum(self.ceilings.least(one.flops, one.bytes) for one in operations)

    def orders(self, operations: Sequence[Operation]) -> float:
        """Seconds of the host: it orders one launch after the other."""
        return self.launch * sum(one.launches for one in operations)

    def least(self, operations: Sequence[Operation]) -> float:
        """Seconds that these operations take at least.

        A CPU does one after the other, so that its time is the sum. On a GPU the host orders the
        next step while the device is at the last one: over many steps the slower of the two
        decides, and the other's time is hidden.
        """
        work, orders = self.work(operations), self.orders(operations)
        return max(work, orders) if self.overlaps else work + orders

    def replayed(self, operations: Sequence[Operation], replay: Replay) -> float:
        """Seconds that these operations take at least, captured as a graph of one behind another.

        The host orders the next replay while the device is at the last one.
        """
        return max(replay.launch, self.nodes(operations, replay))

    def nodes(self, operations: Sequence[Operation], replay: Replay) -> float:
        """Seconds of the device in a replay: no kernel takes less than the least."""
        least = (self.ceilings.least(one.flops, one.bytes) for one in operations)
        return sum(max(replay.node, seconds) for seconds in least)


def this_cpu() -> Device:
    """The CPU that this runs on, its ceilings and its smallest call measured now."""
    one = np.zeros(1, dtype="float32")
    call = fastest(CPU, "call", lambda: repeated(lambda: np.add(one, one, out=one)), 10_000)
    return Device(processor(), ceilings()[CPU], call, overlaps=False, source="measured in this run")


LAUNCH = 4e-6
"""Seconds, an assumption: what CuPy's quickest launch, that of a RawKernel, cost the host on a
machine of two cores. ElementwiseKernel and matmul took 5 to 6 microseconds there; a faster host
takes less."""

REPLAY = Replay(
    launch=3.5e-6,
    node=0.9e-6,
    sources=(
        "CUDA.jl, Graphs (https://cuda.juliagpu.org/dev/usage/graphs/): a graph of 80 kernels in",
        "70 us, with 3.5 us of the host; one of 8 with 8 us of it. On which GPU is not said.",
        "https://github.com/pytorch/pytorch/issues/161104: 1.1 to 1.3 us a kernel, in one of 2,000",
        "https://github.com/ahrefs/ocannl/issues/488: with the wait for it, 15 us and 0.58 us for",
        "each empty kernel, RTX 5070 Ti Laptop under WSL2",
    ),
)
"""An assumption from what others report, the lowest of kernels that do some work. xpnet's Python
before each replay comes on top, as it does for launches."""


NVIDIA = "https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center"


def _gpu(name: str, teraflops: float, gigabytes: float, source: str) -> Device:
    # a data sheet gives one bandwidth, which stands for copies of any size
    stated = Ceilings(teraflops * 1e12, {0: gigabytes * 1e9})
    return Device(name, stated, LAUNCH, True, f"NVIDIA {name} Tensor Core GPU, datasheet: {source}")


DATA_SHEETS = (
    _gpu("T4", 8.1, 300, f"{NVIDIA}/tesla-t4/t4-tensor-core-datasheet-951643.pdf"),
    _gpu(
        "A100 80GB SXM",
        19.5,
        2039,
        f"{NVIDIA}/a100/pdf/nvidia-a100-datasheet-nvidia-us-2188504-web.pdf",
    ),
    _gpu(
        "H100 SXM",
        67,
        3350,
        "https://resources.nvidia.com/en-us-gpu-resources/h100-datasheet-24306",
    ),
)
"""Peak of FP32 outside the tensor cores, which CuPy leaves alone by default, and the bandwidth of
the memory. What stays in a GPU's own cache from one kernel to the next may move faster."""
