"""Networks of affine layers, ready to train: the chapter's, and one of any depth."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from xpnet.backends import get_backend
from xpnet.checks import below_one, check_memory, is_whole
from xpnet.errors import OptionError, OutOfMemoryError
from xpnet.initializers import Seed, floating, seeded, weights, zeros
from xpnet.layers import (
    Affine,
    BatchNorm,
    Dropout,
    LeakyRelu,
    MeanSquaredError,
    Relu,
    Sigmoid,
    SoftmaxWithLoss,
    Tanh,
)
from xpnet.networks.network import Network
from xpnet.networks.out_of_memory import free_memory

__all__ = ["MultiLayerNet", "TwoLayerNet"]

ACTIVATIONS: dict[str, Callable[[], Any] | None] = {
    "relu": Relu,
    "leaky_relu": LeakyRelu,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "identity": None,
}
LAST_LAYERS: dict[str, Callable[[], Any]] = {"softmax": SoftmaxWithLoss, "mse": MeanSquaredError}


class TwoLayerNet(Network):
    """Affine, ReLU, affine, softmax with loss (chapter 5.7.2), on the current backend.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
    weight_init_std : float, "he" or "xavier"
        The standard deviation of the initial weights; biases start at 0.
    seed : int, numpy Generator or None
        The same seed gives the same weights on every backend, up to rounding.
    dtype : "float32" or "float64"

    Raises
    ------
    OptionError, OutOfMemoryError

    Examples
    --------
    >>> net = TwoLayerNet(784, 50, 10, seed=0)
    >>> net.predict(np.zeros((3, 784), dtype="uint8")).shape
    (3, 10)
    """

    def __init__(
        self,
        input_size: int = 784,
        hidden_size: int = 50,
        output_size: int = 10,
        weight_init_std: float | str = 0.01,
        *,
        seed: Seed = None,
        dtype: Any = "float32",
    ) -> None:
        sizes = [input_size, hidden_size, output_size]
        with _in_memory(sizes):
            super().__init__(_stack(sizes, Relu, weight_init_std, seed, dtype), SoftmaxWithLoss())


class MultiLayerNet(Network):
    """Affine layers with an activation between them and a loss behind.

    Parameters
    ----------
    input_size : int
    hidden_sizes : iterable of int
        One hidden layer each; none at all is softmax regression, or linear regression.
    output_size : int
    activation : "relu", "leaky_relu", "sigmoid", "tanh", "identity", or a class of layers
        Whatever makes a layer when it is called without arguments: ``Tanh``, a class of your own,
        or ``lambda: LeakyRelu(0.2)``. With "identity" there is nothing between the affine layers.
    last_layer : "softmax", "mse", or a layer
        `SoftmaxWithLoss`, for classes, or `MeanSquaredError`, for numbers; or a loss layer of your
        own, the object or its class.
    weight_init : "he", "xavier" or a standard deviation
    batch_norm : bool
        Whether a `BatchNorm` stands behind each affine layer but the last.
    dropout : float, 0 to below 1
        The rate of a `Dropout` behind each hidden layer; by 0 there is none.
    seed, dtype : as for `TwoLayerNet`

    Raises
    ------
    OptionError, OutOfMemoryError

    Examples
    --------
    >>> net = MultiLayerNet(784, [100, 50], 10, activation="sigmoid", weight_init="xavier", seed=0)
    >>> list(net.layers)
    ['Affine1', 'Sigmoid1', 'Affine2', 'Sigmoid2', 'Affine3']
    >>> MultiLayerNet(8, [32], 1, activation="tanh", last_layer="mse").is_regression
    True
    """

    def __init__(
        self,
        input_size: int = 784,
        hidden_sizes: Iterable[int] = (100, 50),
        output_size: int = 10,
        *,
        activation: str | Callable[[], Any] = "relu",
        last_layer: Any = "softmax",
        weight_init: float | str = "he",
        batch_norm: bool = False,
        dropout: float = 0.0,
        seed: Seed = None,
        dtype: Any = "float32",
    ) -> None:
        if not isinstance(hidden_sizes, Iterable):
            raise OptionError(f"hidden_sizes={hidden_sizes!r}: expected a list, such as [100, 50]")
        sizes = [input_size, *hidden_sizes, output_size]
        between, last = _activation(activation), _last_layer(last_layer)
        dropout = below_one("dropout", dropout)
        if not isinstance(batch_norm, bool):
            raise OptionError(f"batch_norm={batch_norm!r}: expected True or False")
        with _in_memory(sizes):
            stack = _stack(sizes, between, weight_init, seed, dtype, batch_norm, dropout)
            super().__init__(stack, last)


def _activation(activation: str | Callable[[], Any]) -> Callable[[], Any] | None:
    """What makes an activation, or None where there is to be none."""
    if isinstance(activation, str) and activation in ACTIVATIONS:
        return ACTIVATIONS[activation]
    if callable(activation):
        return activation
    remedy = ""
    if hasattr(activation, "forward"):
        name = type(activation).__name__
        remedy = f"; each place needs a layer of its own: pass the class {name}, or a lambda"
    raise OptionError(
        f"activation={activation!r}: expected {_listed(ACTIVATIONS)}, or a class of layers{remedy}"
    )


def _last_layer(last_layer: Any) -> Any:
    """The loss layer that was asked for by its name, its class or itself."""
    if isinstance(last_layer, str):
        if last_layer not in LAST_LAYERS:
            raise OptionError(
                f"last_layer={last_layer!r}: expected {_listed(LAST_LAYERS)}, or a loss layer"
            )
        return LAST_LAYERS[last_layer]()
    return last_layer() if isinstance(last_layer, type) else last_layer


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def _stack(
    sizes: list[int],
    activation: Callable[[], Any] | None,
    init: float | str,
    seed: Seed,
    dtype: Any,
    batch_norm: bool = False,
    dropout: float = 0.0,
) -> list[Any]:
    """Affine layers from size to size, and between them what each hidden layer has."""
    for size in sizes:
        if not is_whole(size):
            raise OptionError(f"layer sizes {sizes}: each must be a whole number from 1 on")
    sizes = [int(size) for size in sizes]  # NumPy's own wrap around
    dtype, rng = floating(dtype), seeded(seed)
    _check_memory(sizes, dtype)
    affines = [
        Affine(weights(rng, fan_in, fan_out, init, dtype), zeros(fan_out, dtype))
        for fan_in, fan_out in pairwise(sizes)
    ]
    layers: list[Any] = []
    for affine in affines[:-1]:
        layers.append(affine)
        if batch_norm:
            layers.append(BatchNorm(len(affine.b), dtype=dtype))
        if activation is not None:
            layers.append(activation())
        if dropout:
            layers.append(Dropout(dropout, seed=rng))  # the weights are the same without it
    return [*layers, affines[-1]]


def _check_memory(sizes: list[int], dtype: Any) -> None:
    """Refuse at once what could not be held, before the first weights are drawn."""
    if max(sizes) > sys.maxsize:  # Python may not even print it
        raise OptionError("a layer size is beyond what any memory holds; try a smaller layer")
    backend = get_backend()
    pool = backend.pool()
    entry = backend.xp.zeros(1, dtype=dtype).nbytes
    count = sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(sizes))
    # parameters and their gradients
    check_memory(f"layer sizes {sizes}", 2 * entry * count, pool.total if pool else None)


@contextmanager
def _in_memory(sizes: list[int]) -> Iterator[None]:
    """Running out of memory is an error that names the sizes."""
    try:
        yield
    except MemoryError as error:
        backend = get_backend()
        free_memory(error, backend)
        raise OutOfMemoryError(
            f"layer sizes {sizes}: out of memory on {backend.device}: try a smaller layer"
        ) from error
