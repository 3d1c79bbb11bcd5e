"""Data sets: MNIST, which comes with the package, and files of your own in its format or drawn."""

from xpnet.datasets.idx import read_idx
from xpnet.datasets.images import image_files, read_image
from xpnet.datasets.load import load_mnist
from xpnet.datasets.picture import mnist_like

__all__ = ["image_files", "load_mnist", "mnist_like", "read_idx", "read_image"]
