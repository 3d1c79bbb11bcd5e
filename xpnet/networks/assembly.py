"""How layers become a network: their names, and that each has one home."""

from __future__ import annotations

import weakref
from collections.abc import Container, Mapping, Sequence
from itertools import count
from typing import Any

from xpnet.errors import NetworkError
from xpnet.layers import part

__all__ = ["check_layers", "named", "numbered", "settle"]

_homes: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
"""The network each layer belongs to, for as long as that network lives: it keeps the layer alive,
and so the `id` that stands for it. Layers that cannot be hashed, or are equal, are told apart."""


def check_layers(layers: Mapping[str, Any], last_layer: Any) -> None:
    """Refuse what cannot be the layers of a network.

    Raises
    ------
    NetworkError
        There is no layer, an object is no layer, or a layer is here twice or in another network.
    """
    if not layers:
        raise NetworkError("a network needs at least one layer before its last layer")
    everyone = [*layers.values(), last_layer]
    if part(last_layer, "params"):
        raise NetworkError(
            "the last layer has parameters, which nothing would train: give them to "
            "a layer before it"
        )
    for name, layer in zip([*layers, "last_layer"], everyone, strict=True):
        # a class has both names as well, and would fail at its first call
        if isinstance(layer, type) or not (
            hasattr(layer, "forward") and hasattr(layer, "backward")
        ):
            raise NetworkError(
                f"{name} is {layer!r}: wanted an object with forward and backward, such as "
                "xpnet.layers.Relu(), or one that follows xpnet.layers.Layer"
            )
        if not part(layer, "params") and hasattr(layer, "dW"):
            raise NetworkError(
                f"the layer {name} ({type(layer).__name__}) keeps its parameters in attributes, "
                "where the network cannot train them: inherit from xpnet.layers.Layer and call "
                "self.own(W=W, b=b)"
            )
        twice, home = sum(layer is other for other in everyone) > 1, _homes.get(id(layer))
        if twice or (home is not None and _holds(home, layer)):
            where = "twice in this network" if twice else "in another network"
            raise NetworkError(
                f"the layer {name} ({type(layer).__name__}) is {where}: it could not keep "
                "what two backwards need; make a new layer for each place"
            )


def settle(net: Any) -> None:
    """Remember that the layers of this network live here."""
    for layer in (*net.layers.values(), net.last_layer):
        _homes[id(layer)] = net


def _holds(net: Any, layer: Any) -> bool:
    return any(layer is other for other in (*net.layers.values(), net.last_layer))


def named(layers: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """The layers by name; without names, by type and running number."""
    if isinstance(layers, Mapping):
        return dict(layers)
    named: dict[str, Any] = {}
    for layer in layers:
        named[numbered(type(layer).__name__, named)] = layer
    return named


def numbered(name: str, taken: Container[str]) -> str:
    """`name` with the first number, from 1 on, that is not taken."""
    return next(key for number in count(1) if (key := f"{name}{number}") not in taken)
