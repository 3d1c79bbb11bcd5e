"""The gradient of all parameters three ways: the chapter's loop, locally, by backpropagation."""

from __future__ import annotations

import pytest
from interleave import interleave, ratio

from xpnet.datasets import load_mnist
from xpnet.networks import TwoLayerNet

IMAGES = 3


@pytest.fixture(scope="module")
def problem():
    (x, t), _ = load_mnist()
    net = TwoLayerNet(seed=0).astype("float64")
    return net, x[:IMAGES], t[:IMAGES]


def bench_numerical_gradient_against_the_loop(benchmark, report_ratio, problem):
    net, x, t = problem
    seconds = interleave(
        {
            "local": lambda: net.numerical_gradient(x, t),
            "loop": lambda: net.numerical_gradient(x, t, method="loop"),
        },
        turns=3,
        calls=1,
        settle=0,
    )
    against = ratio(seconds["local"], seconds["loop"])
    report_ratio("numerical gradient, local / loop, N = 3", against, "at most 0.025")
    benchmark.pedantic(net.numerical_gradient, (x, t), rounds=5)


def bench_backpropagation(benchmark, problem):
    net, x, t = problem
    benchmark(net.gradient, x, t)
