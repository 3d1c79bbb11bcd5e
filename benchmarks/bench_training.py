"""One training step on MNIST against PyTorch, and against the arithmetic it cannot do without."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from interleave import interleave, ratio

from xpnet.datasets import load_mnist
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

BATCH, INPUTS, HIDDEN, CLASSES, LR = 100, 784, 50, 10, 0.1


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
def our_step(mnist):
    """Gather, forward, loss, backward, update: all that `Trainer.run` does in a step."""
    net = TwoLayerNet(INPUTS, HIDDEN, CLASSES, seed=0)
    return Trainer(net, SGD(LR), mnist, batch_size=BATCH, progress=False).step


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


def floor(mnist, batches):
    """The gather of a batch and the two large products of a step: x @ W1 and x.T @ dout."""
    x, _ = mnist
    rng = np.random.default_rng(0)
    W1 = rng.normal(size=(INPUTS, HIDDEN)).astype("float32")
    dout = rng.normal(size=(BATCH, HIDDEN)).astype("float32")
    dW1 = np.empty_like(W1)

    def work():
        rows = x.take(next(batches), axis=0)
        rows @ W1
        np.matmul(rows.T, dout, out=dW1)

    return work


def bench_step_against_pytorch_eager(benchmark, report_ratio, our_step, mnist, batches):
    seconds = interleave({"xpnet": our_step, "torch": torch_step(mnist, batches)})
    against = ratio(seconds["xpnet"], seconds["torch"])
    report_ratio("training step / PyTorch eager", against, "at most 0.4")
    benchmark.pedantic(our_step, rounds=200, warmup_rounds=20)


def bench_step_against_its_products_and_gather(benchmark, report_ratio, our_step, mnist, batches):
    seconds = interleave({"xpnet": our_step, "floor": floor(mnist, batches)})
    against = ratio(seconds["xpnet"], seconds["floor"])
    report_ratio("training step / its two products and gather", against, "at most 1.6")
    benchmark.pedantic(floor(mnist, batches), rounds=200, warmup_rounds=20)
