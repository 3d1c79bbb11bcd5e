"""Training steps: gather, forward, loss, backward and update, on the CPU and on a GPU."""

from __future__ import annotations

from collections.abc import Callable

from xpnet.backends import Array, use_backend
from xpnet.bench.benchmark import CPU, GPU, Benchmark
from xpnet.datasets import load_mnist
from xpnet.networks import Network, TwoLayerNet
from xpnet.optimizers import SGD, Optimizer
from xpnet.training import Trainer

__all__ = ["compare_steps", "training_steps"]


def training_steps(
    net: Network,
    train: tuple[Array, Array],
    batch_size: int,
    capture: bool | None = None,
    optimizer: Optimizer | None = None,
) -> Callable[[int], float]:
    """A `Run` of `Trainer.run`, which returns the last loss and so waits for it.

    Parameters
    ----------
    net : Network
    train : tuple of array
        Images and labels.
    batch_size : int
    capture : bool or None
        As for `Trainer`.
    optimizer : Optimizer, optional
        By default the chapter's, ``SGD(lr=0.1)``.
    """
    step = SGD(lr=0.1) if optimizer is None else optimizer
    trainer = Trainer(net, step, train, batch_size=batch_size, progress=False, capture=capture)
    return lambda steps: trainer.run(iterations=steps).losses[-1]


def compare_steps(hidden_size: int, batch_size: int, *, units: int = 1) -> Benchmark:
    """A training step of 784-`hidden_size`-10 on MNIST in float32, on the CPU and on a GPU.

    Parameters
    ----------
    hidden_size, batch_size : int
    units : int
        Steps in a turn.
    """
    work = f"784-{hidden_size}-10, batch {batch_size:,}"
    benchmark = Benchmark("training step", work, units=units)

    def make() -> Callable[[int], float]:
        train, _ = load_mnist()
        return training_steps(TwoLayerNet(784, hidden_size, 10, seed=0), train, batch_size)

    with use_backend("numpy"):
        benchmark.add(CPU, make())
    benchmark.add_cuda(GPU, make)
    return benchmark
