"""Steps of one rank and of two, and their pieces, timed by a job of two ranks.

    mpiexec -n 2 python benchmarks/ranked_steps.py --sizes 784 50 10 --batch 100

Cases take turns. Rank 0 does the steps of one rank alone, while rank 1 sleeps. It prints the
seconds of each case, turn by turn, as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from problems import LR, Problem

import xpnet
from xpnet.bench import repeated
from xpnet.bench.case import Run
from xpnet.distributed import share
from xpnet.distributed.mpi import MpiCommunicator
from xpnet.networks import Network
from xpnet.optimizers import SGD
from xpnet.training import Trainer

__all__ = [
    "ALL_REDUCE",
    "BACKPROP",
    "FORWARD",
    "ONE",
    "PARTS",
    "STRONG",
    "WEAK",
    "in_parts",
    "turns_of",
    "works",
]

ONE, STRONG, WEAK = "1 rank", "2 ranks, the same batch", "2 ranks, twice the batch"
PARTS = 4
"""Into which a rank cuts its rows in the cases named after it."""
FORWARD, BACKPROP, ALL_REDUCE = "forward", "forward and backward", "all-reduce"


def in_parts(case: str) -> str:
    """The name of a case whose ranks cut their rows into parts."""
    return f"{case}, accumulate={PARTS}"


def works(comm: MpiCommunicator, problem: Problem) -> dict[str, Run]:
    """The cases by their names; on rank 1 those of one rank do nothing.

    All of them train one network: its numbers do not matter here, and a large one is not held
    several times.
    """
    rng = np.random.default_rng(0)
    x = rng.random((4 * problem.batch, problem.sizes[0]), dtype="float32")
    t = rng.integers(problem.sizes[-1], size=len(x))
    net, mine = problem.network(), share(problem.batch, comm.rank, comm.size)

    def steps(batch: int, accumulate: int, comm: MpiCommunicator | None = None) -> Run:
        options = {"batch_size": batch, "progress": False, "threads": 1, "accumulate": accumulate}
        return repeated(Trainer(net, SGD(LR), (x, t), comm=comm, **options).step)

    cases = {
        ONE: steps(problem.batch, 1),
        in_parts(ONE): steps(problem.batch, PARTS),
        STRONG: steps(problem.batch, 1, comm),
        in_parts(STRONG): steps(problem.batch, PARTS, comm),
        WEAK: steps(2 * problem.batch, 1, comm),
        FORWARD: repeated(partial(net.loss, x[mine], t[mine])),
        BACKPROP: repeated(partial(net.backprop, x[mine], t[mine])),
        ALL_REDUCE: repeated(partial(comm.all_reduce, summed(net))),
    }
    if not comm.is_main:
        cases |= dict.fromkeys((ONE, in_parts(ONE)), lambda k: None)
    return cases


def summed(net: Network) -> np.ndarray:
    """An array of the size that a step sums: all gradients, and the loss."""
    return np.zeros(net.params.flat.size + 1, dtype=net.dtype)


def turns_of(
    comm: MpiCommunicator, cases: dict[str, Run], units: int, turns: int
) -> dict[str, list[float]]:
    """Seconds of one unit of each case, turn by turn; without turns, each case is done once.

    Before it is timed, a case does one unit untimed: the first step of two ranks is slow where one
    of them has slept.
    """
    seconds: dict[str, list[float]] = {name: [] for name in cases}
    for turn in range(max(turns, 1)):
        for name, work in cases.items():
            timed(comm, work, 1)
            if turn < turns:
                seconds[name].append(timed(comm, work, units) / units)
    return seconds


def timed(comm: MpiCommunicator, work: Run, units: int) -> float:
    """Seconds of the work, which all ranks begin at once."""
    comm.all_arrive()  # a rank that waits here sleeps; in MPI's own calls it keeps a core busy
    comm.barrier()
    begun = time.perf_counter()
    work(units)
    return time.perf_counter() - begun


def main(tell: Callable[[str], object] = print, arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", required=True, help="of each layer")
    parser.add_argument("--batch", type=int, required=True, help="rows of a batch of one rank")
    parser.add_argument("--units", type=int, default=1, help="steps in a turn (default: 1)")
    parser.add_argument("--turns", type=int, default=9, help="that are timed (default: 9)")
    chosen = parser.parse_args(arguments)
    comm = xpnet.distributed.init("numpy")
    if comm.size != 2:
        parser.error(f"expected two ranks, got {comm.size}: start it by mpiexec -n 2")
    cases = works(comm, Problem(tuple(chosen.sizes), chosen.batch))
    seconds = turns_of(comm, cases, chosen.units, chosen.turns)
    if comm.is_main:
        tell(json.dumps(seconds))


if __name__ == "__main__":
    main()
