"""The gradient of all parameters: numerically, by backpropagation on the CPU and on a GPU."""

from __future__ import annotations

from xpnet.backends import asarray, use_backend
from xpnet.bench.benchmark import Benchmark
from xpnet.bench.case import Run, repeated
from xpnet.datasets import load_mnist
from xpnet.gradient import numerical_gradient
from xpnet.networks import TwoLayerNet

__all__ = ["BACKPROP", "BACKPROP_CUDA", "LOCAL", "PLAIN", "compare_gradients"]

PLAIN, LOCAL = "numerical, plain", "numerical, local"
BACKPROP, BACKPROP_CUDA = "backprop on numpy", "backprop on cupy"
SAMPLE = "b1", "W2", "b2"
"""Parameters that the plain loop visits: every entry costs it two losses, whichever it is."""


def compare_gradients(images: int, *, baseline: str = PLAIN) -> Benchmark:
    """The gradient of the chapter's network (784-50-10) on images of MNIST, in float64.

    The plain numerical gradient computes two losses for each of the 39,760 parameters; it is timed
    on 560 of them and extrapolated. The local one is `Network.numerical_gradient`, which computes
    only what a parameter affects.

    Parameters
    ----------
    images : int
        In the batch.
    baseline : str
        The case that relative speeds refer to.

    Examples
    --------
    >>> [case.name for case in compare_gradients(3).cases]
    ['numerical, plain', 'numerical, local', 'backprop on numpy', 'backprop on cupy']
    """
    benchmark = Benchmark("gradient", f"784-50-10, {images:,} images", baseline=baseline)
    with use_backend("numpy"):
        (x, t), _ = load_mnist()
        x, t = x[:images], t[:images]
        net = _network()
        sample = [net.params[name] for name in SAMPLE]
        done, total = (sum(a.size for a in arrays) for arrays in (sample, net.params.values()))

    def plain() -> None:
        for array in sample:
            numerical_gradient(lambda _: net.loss(x, t), array)

    def on_cuda() -> Run:
        there, x_there, t_there = _network(), asarray(x), asarray(t)
        return repeated(lambda: there.gradient(x_there, t_there))

    note = f"extrapolated from {done:,} of {total:,} parameters"
    benchmark.add(PLAIN, repeated(plain), fraction=done / total, note=note)
    benchmark.add(LOCAL, repeated(lambda: net.numerical_gradient(x, t)))
    benchmark.add(BACKPROP, repeated(lambda: net.gradient(x, t)))
    benchmark.add_cuda(BACKPROP_CUDA, on_cuda)
    return benchmark


def _network() -> TwoLayerNet:
    return TwoLayerNet(784, 50, 10, seed=0, dtype="float64")
