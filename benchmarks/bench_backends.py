"""The same work on every backend: wall time from an idle device to an idle device.

pytest benchmarks/bench_backends.py --backend cupy --benchmark-only
"""

from __future__ import annotations

import pytest

from xpnet.datasets import load_mnist
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

NETWORKS = {
    "784-50-10": lambda: TwoLayerNet(seed=0),
    "784-1024-1024-10": lambda: MultiLayerNet(784, [1024, 1024], 10, seed=0),
}


@pytest.fixture(params=NETWORKS)
def network(request, backend):
    return NETWORKS[request.param]()


def measure_until_idle(benchmark, backend, work):
    """Of the work and the wait for it: a GPU takes orders and returns before it has done them."""

    def both():
        work()
        backend.synchronize()

    if benchmark.enabled:
        both()  # compiles the kernels and fills the memory pool, and is not measured
    benchmark(both)


@pytest.mark.parametrize("steps", [1, 100])
def bench_training_steps_and_one_wait(benchmark, backend, network, steps):
    (x, t), _ = load_mnist()
    trainer = Trainer(network, SGD(0.1), (x, t), batch_size=100, progress=False)

    def work():
        for _ in range(steps):
            trainer.step()

    measure_until_idle(benchmark, backend, work)


def bench_predict_of_10000_images(benchmark, backend, network):
    _, (x, _) = load_mnist()
    measure_until_idle(benchmark, backend, lambda: network.predict(x))
