"""A PREDICTION of what data-parallel training steps take on up to 1,024 GPUs.

    python benchmarks/scaling.py

Nothing of it is measured. A rank's share of a batch takes what `cost_model.py` predicts, with the
kernels of a step whose gradients are summed; the all-reduce takes latency + bytes / bandwidth, by
the figures of data sheets and of NCCL. The model leaves out that ranks wait for the slowest one,
that machines share switches, and all that `cost_model.py` leaves out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cost_model import PREDICTION
from devices import DATA_SHEETS, REPLAY, Device
from interconnects import DGX_H100, SOURCES, Cluster, all_reduce
from operations import FLOAT, backward, captured_step, parameters, shared_step

from xpnet.bench.units import duration
from xpnet.tables import text_table

__all__ = ["CASES", "RANKS", "Case", "Step", "figures", "step", "table"]

RANKS = tuple(2**k for k in range(11))
H100 = DATA_SHEETS[-1]


@dataclass(frozen=True)
class Case:
    """A network, and its batches.

    Attributes
    ----------
    sizes : tuple of int
        Of the input, of each hidden layer, of the output.
    each : int
        Rows of a rank's share, where the batch grows with the ranks (weak scaling).
    together : int
        Rows of the batch that all ranks share (strong scaling).
    """

    sizes: tuple[int, ...]
    each: int
    together: int


CASES = Case((784, 50, 10), 100, 1024), Case((784, 4096, 4096, 10), 1024, 8192)


@dataclass(frozen=True)
class Step:
    """What a step takes.

    Attributes
    ----------
    seconds : float
    all_reduce : float
        The seconds of it in which the GPUs sum gradients.
    way : str
        How they do.
    overlap : float
        The share of the step that could be saved at most if backward went on meanwhile.
    """

    seconds: float
    all_reduce: float = 0.0
    way: str = ""
    overlap: float = 0.0


def step(
    sizes: Sequence[int], rows: int, ranks: int, gpu: Device = H100, cluster: Cluster = DGX_H100
) -> Step:
    """A step of ranks with so many rows each.

    It is captured, that of several ranks with its all-reduce.
    """
    if ranks == 1:
        return Step(gpu.replayed(captured_step(sizes, rows), REPLAY))
    summing, way = all_reduce((parameters(sizes) + 1) * FLOAT, ranks, cluster)
    device = gpu.nodes(shared_step(sizes, rows), REPLAY) + summing
    hidden = min(summing, gpu.nodes(backward(sizes, rows), REPLAY))
    seconds = max(REPLAY.launch, device)
    return Step(seconds, summing, way, 1 - max(REPLAY.launch, device - hidden) / seconds)


def table(case: Case) -> list[str]:
    """Steps of all numbers of ranks, beside that of one."""
    rows = [("", "GPUs", "all-reduce", "", "weak", "eff.", "strong", "speed", "gain")]
    one_each, one = step(case.sizes, case.each, 1), step(case.sizes, case.together, 1)
    for ranks in RANKS:
        weak = step(case.sizes, case.each, ranks)
        strong = step(case.sizes, math.ceil(case.together / ranks), ranks)
        rows.append(
            (
                PREDICTION,
                f"{ranks:,}",
                duration(weak.all_reduce) if weak.way else "none",
                weak.way,
                duration(weak.seconds),
                f"{one_each.seconds / weak.seconds:.0%}",
                duration(strong.seconds),
                f"{one.seconds / strong.seconds:.2f}",
                f"{max(weak.overlap, strong.overlap):.0%}",
            )
        )
    name = "-".join(map(str, case.sizes))
    nodes = len(shared_step(case.sizes, case.each))
    return [
        f"{PREDICTION} for {name} on machines of {DGX_H100.gpus} GPUs; no GPU was measured",
        *text_table(rows, right=[1, 2, 4, 5, 6, 7, 8]),
        f"weak: a step of {case.each:,} rows for each GPU; eff.: 1 GPU's time over it",
        f"strong: one of {case.together:,} rows together; speed: 1 GPU's time over it",
        "gain: what an all-reduce during backward could save at most, in either of both",
        f"A step of several ranks is one launch of a graph of {nodes} nodes.",
    ]


def figures() -> list[str]:
    """What the predictions rest on, and from where."""
    cluster = DGX_H100
    return [
        f"GPU: {H100.name}, as in cost_model.py",
        f"{cluster.name}: {cluster.gpus} GPUs a machine",
        f"    {cluster.within / 1e9:.0f} GB/s from a GPU within its machine, "
        f"{cluster.between / 1e9:.0f} GB/s from a machine, each in one direction",
        *(f"    {source}" for source in (*cluster.sources, *SOURCES)),
    ]


def main() -> None:
    sections = [["What the predictions rest on:", *figures()], *map(table, CASES)]
    print(*("\n".join(lines) for lines in sections), sep="\n\n")


if __name__ == "__main__":
    main()
