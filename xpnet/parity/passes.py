"""The operations of one training step, one after another, each with its results on the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from xpnet.backends import Array
from xpnet.layers import part
from xpnet.networks import Network
from xpnet.parity.results import kept, kept_all

__all__ = ["Operation", "again", "layer_operations", "loss_name"]


@dataclass(frozen=True)
class Operation:
    """One forward or backward that was run.

    Attributes
    ----------
    name : str
        ``"Affine1.backward"``.
    place : int
        Of the layer in the network; -1 is the last layer.
    inputs : tuple of numpy arrays
        What it was given: the input (a loss: and the labels), or the gradient of the output.
    results : dict of str to numpy array
        Under "" what it returned; after a backward, under their names in the layer, the
        gradients of the parameters.
    """

    name: str
    place: int
    inputs: tuple[Any, ...]
    results: dict[str, Any]


def layer_operations(net: Network, x: Array, t: Array) -> Iterator[Operation]:
    """Run forward and backward of a batch; the gradients stay in ``net.grads``."""
    layers = list(net.layers.items())
    for place, (name, layer) in enumerate(layers):
        given = kept(x)
        x = layer.forward(x)
        yield Operation(f"{name}.forward", place, (given,), {"": kept(x)})
    last, loss = net.last_layer, loss_name(net)
    given = kept(x), kept(t)
    yield Operation(f"{loss}.forward", -1, given, {"": kept(last.forward(x, t))})
    dout = last.backward()
    yield Operation(f"{loss}.backward", -1, (), {"": kept(dout)})
    first = min((place for place, _ in net.places.values()), default=len(layers))
    for place in reversed(range(first, len(layers))):  # before the first parameters none is asked
        name, layer = layers[place]
        upper = kept(dout)
        dout = layer.backward(dout)
        results = {"": kept(dout), **kept_all(part(layer, "grads"))}
        yield Operation(f"{name}.backward", place, (upper,), results)


def loss_name(net: Network) -> str:
    """What the last layer is called, which has no name in the network."""
    name = type(net.last_layer).__name__
    return "last_layer" if name in net.layers else name


def again(net: Network, operation: Operation, hand: Callable[[Any], Array]) -> dict[str, Any]:
    """The results of the same operation from the same bits, by the layers of another network."""
    layer = [*net.layers.values(), net.last_layer][operation.place]
    inputs = [hand(array) for array in operation.inputs]
    if operation.name.endswith(".forward"):
        return {"": kept(layer.forward(*inputs))}
    dx = kept(layer.backward(*inputs))
    return {"": dx, **kept_all(part(layer, "grads"))}
