"""One training step on MNIST against PyTorch, and against the arithmetic it cannot do without."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest
from interleave import interleave, ratio
from threadpoolctl import threadpool_limits

from xpnet.datasets import load_mnist
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

BATCH, INPUTS, HIDDEN, CLASSES, LR = 100, 784, 50, 10, 0.1


@pytest.fixture(params=sorted({1, os.cpu_count() or 1}))
def threads(request):
    """How many threads every library may use, ours and the peer's."""
    with threadpool_limits(limits=request.param):
        yield f"{request.param} thread{'s' if request.param > 1 else ''}"


@pytest.fixture(scope="module")
def mnist():
    (x, t), _ = load_mnist()
    return x, t


@pytest.fixture(scope="module")
def batches(mnist):
    """Rows of an epoch's batches, shuffled, over and over."""
    order = np.random.default_rng(0).permutation(len(mnist[0]))
    return itertools.cycle(order[: len(order) // BATCH * BATCH].reshape(-1, BATCH))


@pytest.fixture
def trainer(mnist):
    """Whose `step` is all that `run` repeats: gather, forward, loss, backward, update."""
    net = TwoLayerNet(INPUTS, HIDDEN, CLASSES, seed=0)
    return Trainer(net, SGD(LR), mnist, batch_size=BATCH, progress=False)


def torch_step(mnist, batches):
    torch = pytest.importorskip("torch", reason="the peer is not installed: extra 'bench'")
    x, t = map(torch.from_numpy, mnist)
    model = torch.nn.Sequential(
        torch.nn.Linear(INPUTS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES)
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    cross_entropy = torch.nn.CrossEntropyLoss()

    def step():
        index = torch.from_numpy(next(batches))  # a view, no copy
        optimizer.zero_grad()
        loss = cross_entropy(model(x[index]), t[index])
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def floor(trainer, batches):
    """What a step cannot do without: its gather and its two large products, on its own arrays."""
    x, _ = trainer.train
    W1, dW1 = trainer.net.params["W1"], np.empty((INPUTS, HIDDEN), dtype="float32")
    dout = np.random.default_rng(0).normal(size=(BATCH, HIDDEN)).astype("float32")

    def work():
        rows = x.take(next(batches), axis=0)
        rows @ W1
        np.matmul(rows.T, dout, out=dW1)

    return work


def bench_step_against_pytorch_eager(benchmark, report_ratio, trainer, mnist, batches, threads):
    peer = torch_step(mnist, batches)
    seconds = interleave({"xpnet": trainer.step, "torch": peer})
    against = ratio(seconds["xpnet"], seconds["torch"])
    report_ratio(f"training step / PyTorch eager, {threads}", against, "at most 0.4")
    benchmark.pedantic(trainer.step, rounds=200, warmup_rounds=20)


def bench_step_against_its_floor(benchmark, report_ratio, trainer, batches, threads):
    least = floor(trainer, batches)
    seconds = interleave({"xpnet": trainer.step, "floor": least}, turns=100, calls=20)
    against = ratio(seconds["xpnet"], seconds["floor"])
    report_ratio(f"training step / its products and gather, {threads}", against, "at most 1.6")
    benchmark.pedantic(least, rounds=200, warmup_rounds=20)
