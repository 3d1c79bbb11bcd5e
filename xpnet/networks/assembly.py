"""How layers become a network: their names, and that each belongs to one network."""

from __future__ import annotations

import contextlib
import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from xpnet.errors import NetworkError
from xpnet.layers.adapted import as_layer

__all__ = ["Owner", "by_layer", "check_layers", "named", "numbered", "register_owner"]


class HasLayers(Protocol):
    """A network, as far as it matters here."""

    @property
    def layers(self) -> Mapping[str, Any]: ...

    @property
    def last_layer(self) -> Any: ...


class Owner:
    """The network that a layer belongs to, for as long as that network lives.

    An attribute of the layer. A copy or a pickle of it names no network: a copied layer is free.
    """

    def __init__(self, net: HasLayers | None = None) -> None:
        self._net = None if net is None else weakref.ref(net)

    def __reduce__(self) -> Any:
        return Owner, ()

    def owns(self, layer: Any) -> bool:
        """Whether the network has this very layer, and not one that copy.copy made of it."""
        net = None if self._net is None else self._net()
        return net is not None and any(layer is other for other in _every(net))


def check_layers(layers: Mapping[str, Any], last_layer: Any) -> None:
    """Refuse what cannot be the layers of a network.

    Raises
    ------
    NetworkError
        There is no layer, an object is no layer, or a layer is here twice or in another network.
    """
    if not layers:
        raise NetworkError("a network needs at least one layer before its last layer")
    every = [*layers.values(), last_layer]
    places = Counter(map(id, every))  # by id: equal layers are different layers
    if as_layer(last_layer).params:
        raise NetworkError(
            "the last layer has parameters, which nothing would train: give them to "
            "a layer before it"
        )
    for name, layer in zip([*layers, "last_layer"], every, strict=True):
        # a class has both names as well, and would fail at its first call
        if isinstance(layer, type) or not (
            hasattr(layer, "forward") and hasattr(layer, "backward")
        ):
            raise NetworkError(
                f"{name} is {layer!r}: expected an object with forward and backward, such as "
                "xpnet.layers.Relu(), or one that follows xpnet.layers.Layer"
            )
        if not as_layer(layer).params and hasattr(layer, "dW"):
            raise NetworkError(
                f"the layer {name} ({type(layer).__name__}) keeps its parameters in attributes, "
                "where the network cannot train them: inherit from xpnet.layers.Layer and call "
                "self.add_params(W=W, b=b)"
            )
        owner = getattr(layer, OWNER, None)
        twice = places[id(layer)] > 1
        if twice or (owner is not None and owner.owns(layer)):
            where = "twice in this network" if twice else "in another network"
            raise NetworkError(
                f"the layer {name} ({type(layer).__name__}) is {where}: it could not keep "
                "what two backwards need; make a new layer for each place"
            )


OWNER = "_xpnet_owner"
"""The attribute; layers need not inherit from `Layer`, so its name is unlikely to be theirs."""


def register_owner(net: HasLayers) -> None:
    """Make every layer of this network belong to it."""
    owner = Owner(net)
    for layer in _every(net):
        # in frozen dataclasses too; an object with __slots__ alone takes no attribute
        with contextlib.suppress(AttributeError):
            object.__setattr__(layer, OWNER, owner)


def _every(net: HasLayers) -> list[Any]:
    return [*net.layers.values(), net.last_layer]


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
