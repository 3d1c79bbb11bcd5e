"""Objects with forward and backward that do not inherit from Layer, made complete layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array
from xpnet.layers.base import NONE, Held, Layer
from xpnet.parameters import Scope

__all__ = ["Adapted", "as_layer", "original"]


class _OwnMapping(Held):
    """The mapping in an object's attribute of the same name; empty where it has none."""

    def __get__(self, layer: Layer | None, owner: type) -> Any:
        own = None if layer is None else getattr(original(layer), self.name, None)
        return NONE if own is None else own

    def __set__(self, layer: Layer, value: Any) -> None:
        setattr(original(layer), self.name, value)


class Adapted(Layer):
    """A complete layer around an object that has no more than `forward` and `backward`, perhaps.

    What the object defines of the contract is used; the rest is the default of `Layer`.

    Parameters
    ----------
    own : object with forward and backward
        As the chapter writes a layer.

    Attributes
    ----------
    own : object
        The same one: parameters, gradients and saved values are kept there.
    """

    params, grads = _OwnMapping(), _OwnMapping()

    def __init__(self, own: Any) -> None:
        self.own = own
        self.rowwise = bool(getattr(own, "rowwise", None))
        self.capturable = bool(getattr(own, "capturable", None))
        self.saved = tuple(getattr(own, "saved", None) or ())

    @property
    def training_rowwise(self) -> bool:
        """The object's own, or `rowwise`."""
        return bool(getattr(self.own, "training_rowwise", self.rowwise))

    def _own(self, name: str) -> Any:
        """The object's part of the contract of this name, or else the default."""
        own = getattr(self.own, name, None)
        return getattr(super(), name) if own is None else own

    def bind(self, params: Scope, grads: Scope) -> None:
        """Replace the object's own mappings."""
        self.params, self.grads = params, grads

    def forward(self, *inputs: Any, **options: Any) -> Array:
        """The object's own."""
        return self.own.forward(*inputs, **options)

    def backward(self, *dout: Any, **options: Any) -> Array:
        """The object's own; of a loss, `dout` may be left out."""
        return self.own.backward(*dout, **options)

    def apply(self, *inputs: Any, **options: Any) -> Array:
        """The object's own, or `forward`."""
        return self._own("apply")(*inputs, **options)

    def apply_training(self, *inputs: Any, **options: Any) -> Array:
        """The object's own, or `apply`."""
        return self._own("apply_training")(*inputs, **options)

    def backward_params(self, dout: Array) -> None:
        """The object's own, or `backward`."""
        self._own("backward_params")(dout)

    def release(self) -> None:
        """The object's own, or forget the attributes that it lists as `saved`."""
        release = getattr(self.own, "release", None)
        if release is not None:
            release()
            return
        for name in self.saved:
            setattr(self.own, name, None)

    def affected_rows(self, name: str, x: Array) -> Array | None:
        """The object's own, or None, which is every row."""
        return self._own("affected_rows")(name, x)

    def perturbed(self, name: str, index: Sequence[int], h: float, x: Array, y: Array) -> Array:
        """The object's own, or one entry at a time."""
        return self._own("perturbed")(name, index, h, x, y)


def as_layer(layer: Any) -> Layer:
    """A `Layer` as it is; anything else with forward and backward, adapted.

    Examples
    --------
    >>> from xpnet.layers.adapted import as_layer
    >>> class Double:
    ...     def forward(self, x):
    ...         return 2 * x
    ...
    ...     def backward(self, dout):
    ...         return 2 * dout
    >>> layer = as_layer(Double())
    >>> layer.apply(3), layer.rowwise, dict(layer.params)
    (6, False, {})
    """
    return layer if isinstance(layer, Layer) else Adapted(layer)


def original(layer: Layer) -> Any:
    """The object that a layer was made from: what `as_layer` was given."""
    return layer.own if isinstance(layer, Adapted) else layer
