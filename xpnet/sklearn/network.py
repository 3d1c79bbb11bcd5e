"""The network of an estimator: its first weights, and its scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from scipy.sparse import issparse

from xpnet.backends import Array, asarray
from xpnet.layers import Affine, Layer
from xpnet.networks import Network
from xpnet.networks.stack import apply
from xpnet.sklearn.activations import ACTIVATIONS
from xpnet.sklearn.losses import OutputLoss
from xpnet.sklearn.sparse import sparse_affine, stays_sparse

__all__ = ["make_network", "scores"]

ROWS = 1024
"""Sparse rows that are made dense at once."""


def make_network(
    sizes: Sequence[int], activation: str, loss: OutputLoss, rng: Any, dtype: Any, backend: str
) -> Network:
    """A network whose weights and biases are drawn as scikit-learn draws them.

    Parameters
    ----------
    sizes : sequence of int
        Of the input, of each hidden layer, of the output.
    activation : str
        scikit-learn's name of the one behind each hidden layer.
    loss : OutputLoss
    rng : numpy.random.RandomState
    dtype : "float32" or "float64"
    backend : str
    """
    factor = 2 if activation == "logistic" else 6  # Glorot and Bengio, 2010
    between = ACTIVATIONS[activation].layer
    layers: list[Layer] = []
    for fan_in, fan_out in pairwise(sizes):
        bound = math.sqrt(factor / (fan_in + fan_out))
        drawn = [rng.uniform(-bound, bound, shape) for shape in ((fan_in, fan_out), fan_out)]
        arrays = [asarray(array, dtype, backend) for array in drawn]
        layers.append(Affine(*arrays))
        layers += [between()] if between else []
    return Network(layers[: -1 if between else None], loss)


def scores(net: Network, x: Any) -> Array:
    """The scores of each row, shape (N, out).

    Parameters
    ----------
    net : Network
        Made by `make_network`.
    x : numpy array or sparse matrix, shape (N, in)
    """
    backend = net.backend
    if not issparse(x):
        return net.predict(asarray(x, backend=backend.name))
    if stays_sparse(x, backend.name):
        x = x.astype(net.dtype, copy=False)
        return net.stack.forward(sparse_affine(net["Affine1"], x), apply, start=1)
    x = x.tocsr()
    parts = [x[start : start + ROWS].toarray() for start in range(0, x.shape[0], ROWS)]
    made = [net.predict(asarray(part, net.dtype, backend.name)) for part in parts]
    return backend.xp.concatenate(made)
