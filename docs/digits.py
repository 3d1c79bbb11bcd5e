"""The page of the site on which one draws, with the chapter's network: trained when asked for."""

from __future__ import annotations

import functools

from xpnet.datasets import load_mnist
from xpnet.networks import Network, TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.playground import page
from xpnet.training import Trainer

ITERATIONS = 10_000


@functools.cache  # a few seconds, once for both languages
def network() -> Network:
    """The chapter's network after the chapter's run."""
    (x, t), _ = load_mnist(normalize=False)
    net = TwoLayerNet(784, 50, 10, seed=0)
    Trainer(net, SGD(lr=0.1), (x, t), seed=0, scale=1 / 255, progress=False).run(ITERATIONS)
    return net


def digits_page(language: str, links: list[tuple[str, str]]) -> bytes:
    """The page, as a file of the site."""
    return page(network(), language=language, links=links).encode()
