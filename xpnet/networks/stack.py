"""Stack: the layers of a network in order, and the two ways through them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xpnet.backends import Array
from xpnet.layers.adapted import as_layer
from xpnet.layers.base import Layer

__all__ = ["Stack", "apply", "apply_training"]

Run = Callable[[str, Layer, Any], Any]
"""Runs one layer, whose name in the network comes first, on what the layer before gave."""


def apply(name: str, layer: Layer, x: Array) -> Array:
    """Inference: computes without saving anything for a backward."""
    return layer.apply(x)


def apply_training(name: str, layer: Layer, x: Array) -> Array:
    """The function that is trained: computes without saving anything for a backward."""
    return layer.apply_training(x)


def _forward(name: str, layer: Layer, x: Array) -> Array:
    return layer.forward(x)


def _backward(name: str, layer: Layer, dout: Array) -> Array:
    return layer.backward(dout)


class Stack:
    """Layers in a row and a loss layer behind them.

    Parameters
    ----------
    layers : mapping of str to layer
        Those that do not inherit from `Layer` are adapted.
    last_layer : layer

    Attributes
    ----------
    names : tuple of str
    layers : tuple of Layer
    last_layer : Layer
    first_owner : int
        The position of the first layer with parameters, before which no gradient is needed.
    with_buffers : tuple of Layer
        Those that have added buffers, as a constructor does.
    """

    def __init__(self, layers: Mapping[str, Any], last_layer: Any) -> None:
        self.names = tuple(layers)
        self.layers: tuple[Layer, ...] = tuple(map(as_layer, layers.values()))
        self.last_layer = as_layer(last_layer)
        owners = (position for position, layer in enumerate(self.layers) if layer.params)
        self.first_owner = next(owners, len(self.layers))
        self.with_buffers = tuple(layer for layer in self.every if layer.buffers)

    @property
    def every(self) -> tuple[Layer, ...]:
        """The layers and the last one."""
        return *self.layers, self.last_layer

    def forward(self, x: Any, run: Run = _forward, start: int = 0) -> Any:
        """Run the layers from position `start` on, each on what the one before it gave.

        Parameters
        ----------
        x : array
            The input of the first of them.
        run : callable
            ``run(name, layer, x)`` gives the input of the next; the layer's `forward` by default.
        start : int

        Returns
        -------
        array
            What the last of them gave: the scores.
        """
        for name, layer in zip(self.names[start:], self.layers[start:], strict=True):
            x = run(name, layer, x)
        return x

    def backward(self, dout: Any, run: Run = _backward, start: int = 0) -> Any:
        """Run the layers backward, from the last to the one at position `start`.

        Parameters
        ----------
        dout : array
            The gradient of the scores.
        run : callable
            ``run(name, layer, dout)`` gives the gradient for the layer before; the layer's
            `backward` by default.
        start : int

        Returns
        -------
        array
            The gradient of the input of the layer at `start`.
        """
        for k in range(len(self.layers) - 1, start - 1, -1):
            dout = run(self.names[k], self.layers[k], dout)
        return dout

    def loss_gradient(self) -> Array:
        """The gradient of the scores, from the last layer, for a `dout` of 1."""
        last: Any = self.last_layer  # backward of a loss needs no dout, that of other layers does
        return last.backward()

    def release(self) -> None:
        """Let every layer forget what its forward saved."""
        for layer in self.every:
            layer.release()
