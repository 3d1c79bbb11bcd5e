"""Where a second thread of BLAS begins to pay: training steps on a quiet and on a busy machine.

    python benchmarks/thread_rule.py

For each size it prints the operations of the largest product, and how much longer a step takes on
one thread than on all, quiet and with a process that spins beside it, each in turns. From this the
limit `xpnet.backends.threads.SMALL` was taken. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial

import numpy as np
from busy import spinning

from xpnet.backends.threads import SMALL, ThreadLimit
from xpnet.bench import interleave, ratio, spread
from xpnet.machine import cores
from xpnet.networks import TwoLayerNet
from xpnet.networks.inference import largest_product
from xpnet.optimizers import SGD
from xpnet.training import Trainer

SIZES = (
    *((784, hidden, 100) for hidden in (10, 50, 100, 200, 500)),
    *((784, hidden, 512) for hidden in (50, 100, 200, 512)),
    *((784, hidden, 1024) for hidden in (50, 100, 200, 1024)),
)
"""Inputs, hidden units, rows of a batch."""
SECONDS = 0.05
"""A turn of each, about."""


def steps_of(inputs: int, hidden: int, batch: int) -> tuple[Callable[[int], object], int]:
    """``run(k)`` does k steps, and the operations of the largest product in one."""
    rng = np.random.default_rng(0)
    x = rng.random((4 * batch, inputs), dtype="float32")
    net = TwoLayerNet(inputs, hidden, 10, seed=0)
    data = x, rng.integers(10, size=len(x))
    trainer = Trainer(net, SGD(lr=0.01), data, batch_size=batch, progress=False)

    def run(steps: int) -> None:
        for _ in range(steps):
            trainer.step()

    return run, largest_product(net, batch)


def on(threads: int, run: Callable[[int], object], steps: int) -> None:
    with ThreadLimit(threads, chosen=True):
        run(steps)


def compare(run: Callable[[int], object], turns: int) -> tuple[str, str]:
    """The time of a step on one thread, and its ratio to that on all."""
    once = interleave({"once": partial(on, 1, run, 1)}, 3)["once"]
    steps = max(1, round(SECONDS / min(once)))
    cases = {"1": partial(on, 1, run, steps), "all": partial(on, cores(), run, steps)}
    seconds = interleave(cases, turns)
    one = spread([second / steps for second in seconds["1"]])
    return f"{1e6 * one.median:9,.0f}", f"{ratio(seconds['1'], seconds['all'])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=15)
    turns = parser.parse_args().turns
    print(f"{cores()} cores; one thread is taken up to {SMALL / 1e6:.0f} million operations")
    print("inputs-hidden, rows    Mflop | quiet: us on 1, 1/all | busy: us on 1, 1/all")
    for size in SIZES:
        run, operations = steps_of(*size)
        quiet = compare(run, turns)
        with spinning():
            busy = compare(run, turns)
        name = f"{size[0]}-{size[1]}, {size[2]}"
        cells = f"{operations / 1e6:7.1f} | {' '.join(quiet)} | {' '.join(busy)}"
        print(f"{name:20} {cells}", flush=True)


if __name__ == "__main__":
    main()
