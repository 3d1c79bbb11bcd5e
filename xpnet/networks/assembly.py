"""How layers become a network: their names, and that each has one home."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xpnet.errors import NetworkError
from xpnet.layers import part

__all__ = ["by_layer", "check_layers", "named", "numbered", "settle"]

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
    places = Counter(map(id, everyone))  # by id: layers that are equal are told apart
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
                "self.add_params(W=W, b=b)"
            )
        twice, home = places[id(layer)] > 1, _homes.get(id(layer))
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
    stack = list(layers)
    return dict(zip(numbered(type(layer).__name__ for layer in stack), stack, strict=True))


def numbered(names: Iterable[str]) -> list[str]:
    """Each name with the first number, from 1 on, that makes it one of its own.

    Examples
    --------
    >>> numbered(["W", "b", "W"])
    ['W1', 'b1', 'W2']
    """
    found: dict[str, None] = {}
    last: Counter[str] = Counter()  # what is taken stays taken, so no name looks at a number twice
    for name in names:
        last[name] += 1
        while f"{name}{last[name]}" in found:
            last[name] += 1
        found[f"{name}{last[name]}"] = None
    return list(found)


def by_layer(places: Mapping[str, tuple[int, str]]) -> dict[int, list[tuple[str, str]]]:
    """For each layer with parameters, by position: their names in the network and its own.

    Examples
    --------
    >>> by_layer({"W1": (0, "W"), "b1": (0, "b"), "W2": (2, "W")})
    {0: [('W1', 'W'), ('b1', 'b')], 2: [('W2', 'W')]}
    """
    found: dict[int, list[tuple[str, str]]] = {}
    for key, (position, name) in places.items():
        found.setdefault(position, []).append((key, name))
    return found
