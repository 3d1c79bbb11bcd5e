"""What a comparison trains: a network, its initial weights, and the batches that all cases see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from xpnet.backends import asarray, to_numpy, use_backend
from xpnet.datasets import load_mnist
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

__all__ = ["CHAPTER", "LR", "PROBLEMS", "Data", "Problem"]

IMAGES = 60_000
"""In MNIST's training set."""
LR = 0.1
"""The chapter's learning rate."""


@cache
def _host_mnist() -> Any:
    """Read once in a process: dozens of benchmarks ask for it."""
    with use_backend("numpy"):
        return load_mnist()


class Data(NamedTuple):
    """MNIST's images (float32, 0 to 1) and labels: those to train on, and those to test on."""

    x: Any
    t: Any
    x_test: Any
    t_test: Any


@dataclass(frozen=True)
class Problem:
    """A network of Affine and ReLU, trained on MNIST by SGD with softmax-with-loss.

    Attributes
    ----------
    sizes : tuple of int
        Of the input, of each hidden layer, of the output.
    batch : int
        Rows of a batch.

    Examples
    --------
    >>> Problem((784, 50, 10), 100).name
    '784-50-10, batch 100'
    """

    sizes: tuple[int, ...]
    batch: int

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"{'-'.join(map(str, self.sizes))}, batch {self.batch:,}"

    def network(self, dtype: str = "float32") -> Network:
        """A new network on the current backend, the same numbers at each call."""
        inputs, *hidden, outputs = self.sizes
        if len(hidden) == 1:
            return TwoLayerNet(inputs, hidden[0], outputs, seed=0, dtype=dtype)
        return MultiLayerNet(inputs, hidden, outputs, seed=0, dtype=dtype)

    def layers(self) -> list[tuple[Any, Any]]:
        """Each layer's `W` (in, out) and `b` at the start, as host arrays."""
        params = {name: to_numpy(array) for name, array in self.network().params.items()}
        return [(params[f"W{k}"], params[f"b{k}"]) for k in range(1, len(self.sizes))]

    def data(self) -> Data:
        """MNIST on the current backend.

        Of the training set as many rows as fill whole batches: a compiler that meets a smaller
        last batch compiles again, which is not what is compared.
        """
        (x, t), test = _host_mnist()
        rows = len(x) // self.batch * self.batch
        return Data(*map(asarray, (x[:rows], t[:rows], *test)))

    def epochs(self) -> Iterator[Any]:
        """The rows of each batch of one epoch after another, (steps, batch), as a trainer's."""
        rng = np.random.default_rng(0)
        while True:
            yield rng.permutation(IMAGES // self.batch * self.batch).reshape(-1, self.batch)

    def indices(self) -> Iterator[Any]:
        """The rows of one batch after another, as ``Trainer(seed=0)`` draws them."""
        for epoch in self.epochs():
            yield from epoch


CHAPTER = Problem((784, 50, 10), 100)
PROBLEMS = (CHAPTER, Problem((784, 512, 10), 512), Problem((784, 1024, 1024, 10), 1024))
"""The sizes at which training steps are compared: Python decides the first, BLAS the last."""
