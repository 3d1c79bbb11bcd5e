"""The buffers of a network: what its layers keep from step to step beside the parameters."""

from __future__ import annotations

from collections.abc import Sequence

from xpnet.backends import Array, asarray, backend_of
from xpnet.layers.base import Layer
from xpnet.networks.stack import Stack

__all__ = [
    "cast",
    "check_backends",
    "floating_buffers",
    "moved",
    "named_buffers",
    "restore",
    "saved",
    "take",
]

Buffers = Sequence[tuple[Layer, dict[str, Array]]]
"""The buffers of each layer that has some, under the layer's own names."""


def named_buffers(stack: Stack) -> dict[str, Array]:
    """Every buffer under the names of its layer and its own: ``BatchNorm1.running_mean``."""
    named = zip((*stack.names, "last_layer"), stack.every, strict=True)
    return {f"{name}.{own}": array for name, layer in named for own, array in layer.buffers.items()}


def floating_buffers(stack: Stack) -> list[Array]:
    """Those that hold floating-point numbers, such as running means; others count."""
    buffers = named_buffers(stack).values()
    return [array for array in buffers if backend_of(array).is_floating(array)]


def check_backends(stack: Stack, params: Array, caller: str) -> None:
    """Refuse buffers that do not live where the parameters do.

    Raises
    ------
    MixedBackendError
    """
    buffers = named_buffers(stack)
    if buffers:
        backend_of(params, *buffers.values(), caller=caller, names=("params", *buffers))


def cast(stack: Stack, dtype: object) -> Buffers:
    """The buffers with those that are floating in this dtype; others are the same arrays."""
    return [
        (layer, {name: _cast(array, dtype) for name, array in layer.buffers.items()})
        for layer in stack.with_buffers
    ]


def moved(stack: Stack, backend: str) -> Buffers:
    """Copies of the buffers on another backend; on their own they are the same arrays."""
    return [
        (layer, {name: asarray(array, backend=backend) for name, array in layer.buffers.items()})
        for layer in stack.with_buffers
    ]


def take(buffers: Buffers) -> None:
    """Make these the buffers of their layers."""
    for layer, arrays in buffers:
        layer.add_buffers(**arrays)


def saved(stack: Stack) -> list[tuple[Array, Array]]:
    """Each buffer with a copy of what it holds now, for `restore`."""
    return [
        (array, array.copy()) for layer in stack.with_buffers for array in layer.buffers.values()
    ]


def restore(saved: list[tuple[Array, Array]]) -> None:
    """Write back into each buffer what it held when it was `saved`."""
    for array, before in saved:
        array[...] = before


def _cast(array: Array, dtype: object) -> Array:
    backend = backend_of(array)
    return backend.asarray(array, dtype) if backend.is_floating(array) else array
