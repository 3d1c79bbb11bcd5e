"""The activations of hidden layers, which may be written over what they are computed from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from xpnet.backends import Array, Backend
from xpnet.layers import Layer, Relu, Sigmoid, Tanh

__all__ = ["ACTIVATIONS", "Activation", "activation_of"]


class Activation(NamedTuple):
    """An activation, as a layer of a network and as functions that need few new arrays.

    Attributes
    ----------
    layer : type or None
        None is the identity.
    forward : callable
        ``forward(backend, x)`` gives the output, of which `x` may be the array.
    backward : callable
        ``backward(backend, dout, y)`` gives the gradient of `x` from that of the output `y`, of
        which `dout` may be the array.
    """

    layer: type[Layer] | None
    forward: Callable[[Backend, Array], Array]
    backward: Callable[[Backend, Array, Array], Array]


def _relu_backward(backend: Backend, dout: Array, y: Array) -> Array:
    dout *= y > 0
    return dout


ACTIVATIONS = {
    "identity": Activation(None, lambda backend, x: x, lambda backend, dout, y: dout),
    "logistic": Activation(
        Sigmoid,
        lambda backend, x: backend.sigmoid(x),
        lambda backend, dout, y: backend.sigmoid_grad(dout, y),
    ),
    "tanh": Activation(
        Tanh,
        lambda backend, x: backend.xp.tanh(x, out=x),
        lambda backend, dout, y: backend.tanh_grad(dout, y),
    ),
    "relu": Activation(Relu, lambda backend, x: backend.xp.maximum(x, 0, out=x), _relu_backward),
}
"""By scikit-learn's names."""


def activation_of(layer: Layer | None) -> Activation:
    """The activation that a layer of a network is; that of no layer is the identity."""
    kind = None if layer is None else type(layer)
    return next(made for made in ACTIVATIONS.values() if made.layer is kind)
