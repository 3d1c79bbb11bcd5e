"""Data sets: MNIST, which comes with the package, and files of your own in its format."""

from xpnet.datasets.idx import read_idx
from xpnet.datasets.load import load_mnist

__all__ = ["load_mnist", "read_idx"]
