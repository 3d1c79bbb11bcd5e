"""The operations of a training step in order, each with host copies of its results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xpnet.backends import Array
from xpnet.layers import Layer
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
        Under "" the returned array; after a forward also the buffers, after a backward the
        gradients of the parameters, under their names in the layer.
    buffers : dict of str to numpy array
        The layer's buffers before a forward.
    """

    name: str
    place: int
    inputs: tuple[Any, ...]
    results: dict[str, Any]
    buffers: dict[str, Any] = field(default_factory=dict)


def layer_operations(net: Network, x: Array, t: Array) -> list[Operation]:
    """Run forward and backward of a batch; the gradients stay in ``net.grads``."""
    place = {name: k for k, name in enumerate(net.stack.names)}
    stack, loss = net.stack, loss_name(net)
    found: list[Operation] = []

    def forward(name: str, layer: Layer, x: Array) -> Array:
        given, before, y = host_copy(x), host_copies(layer.buffers), layer.forward(x)
        results = {"": host_copy(y), **host_copies(layer.buffers)}
        found.append(Operation(f"{name}.forward", place[name], (given,), results, before))
        return y

    def backward(name: str, layer: Layer, dout: Array) -> Array:
        given, dx = host_copy(dout), layer.backward(dout)
        results = {"": host_copy(dx), **host_copies(layer.grads)}
        found.append(Operation(f"{name}.backward", place[name], (given,), results))
        return dx

    scores = stack.forward(x, forward)
    given, value = (host_copy(scores), host_copy(t)), stack.last_layer.forward(scores, t)
    found.append(Operation(f"{loss}.forward", -1, given, {"": host_copy(value)}))
    dout = stack.loss_gradient()
    found.append(Operation(f"{loss}.backward", -1, (), {"": host_copy(dout)}))
    stack.backward(dout, backward, stack.first_owner)
    return found


def loss_name(net: Network) -> str:
    """A name for the last layer, which has none in the network."""
    name = type(net.last_layer).__name__
    return "last_layer" if name in net.layers else name


def repeat(
    net: Network, operation: Operation, to_backend: Callable[[Any], Array]
) -> dict[str, Any]:
    """The results of the same operation from the same bits, by the layers of another network."""
    layer = net.stack.every[operation.place]
    inputs = [to_backend(array) for array in operation.inputs]
    if operation.name.endswith(".forward"):
        for name, array in operation.buffers.items():
            layer.buffers[name] = to_backend(array)
        y = host_copy(layer.forward(*inputs))
        return {"": y, **host_copies(layer.buffers)}
    dx = host_copy(layer.backward(*inputs))
    return {"": dx, **host_copies(layer.grads)}


def result_name(operation: Operation, key: str) -> str:
    """The name of the check of one result of an operation."""
    return f"{operation.name} {key}".strip()
