"""The operations of a training step in order, each with host copies of its results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xpnet.backends import Array
from xpnet.layers import part
from xpnet.networks import Network
from xpnet.parity.results import host_copies, host_copy

__all__ = ["Operation", "layer_operations", "loss_name", "repeat", "result_name"]


@dataclass(frozen=True)
class Operation:
    """One forward or backward pass of a layer.

    Attributes
    ----------
    name : str
        ``"Affine1.backward"``.
    place : int
        Of the layer in the network; -1 is the last layer.
    inputs : tuple of numpy arrays
        The input (for a loss, and the labels), or the gradient of the output.
    results : dict of str to numpy array
        Under "" the returned array; after a backward also the gradients of the parameters,
        under their names in the layer.
    """

    name: str
    place: int
    inputs: tuple[Any, ...]
    results: dict[str, Any]


def layer_operations(net: Network, x: Array, t: Array) -> Iterator[Operation]:
    """Run forward and backward of a batch; the gradients stay in ``net.grads``."""
    layers = list(net.layers.items())
    for place, (name, layer) in enumerate(layers):
        given = host_copy(x)
        x = layer.forward(x)
        yield Operation(f"{name}.forward", place, (given,), {"": host_copy(x)})
    last, loss = net.last_layer, loss_name(net)
    given = host_copy(x), host_copy(t)
    yield Operation(f"{loss}.forward", -1, given, {"": host_copy(last.forward(x, t))})
    dout = last.backward()
    yield Operation(f"{loss}.backward", -1, (), {"": host_copy(dout)})
    first = min((place for place, _ in net.places.values()), default=len(layers))
    for place in reversed(range(first, len(layers))):  # before the first parameters none is asked
        name, layer = layers[place]
        upper = host_copy(dout)
        dout = layer.backward(dout)
        results = {"": host_copy(dout), **host_copies(part(layer, "grads"))}
        yield Operation(f"{name}.backward", place, (upper,), results)


def loss_name(net: Network) -> str:
    """A name for the last layer, which has none in the network."""
    name = type(net.last_layer).__name__
    return "last_layer" if name in net.layers else name


def repeat(
    net: Network, operation: Operation, to_backend: Callable[[Any], Array]
) -> dict[str, Any]:
    """The results of the same operation from the same bits, by the layers of another network."""
    layer = [*net.layers.values(), net.last_layer][operation.place]
    inputs = [to_backend(array) for array in operation.inputs]
    if operation.name.endswith(".forward"):
        return {"": host_copy(layer.forward(*inputs))}
    dx = host_copy(layer.backward(*inputs))
    return {"": dx, **host_copies(part(layer, "grads"))}


def result_name(operation: Operation, key: str) -> str:
    """The name of the check of one result of an operation."""
    return f"{operation.name} {key}".strip()
