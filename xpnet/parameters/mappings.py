"""Mappings of arrays whose names are fixed: what a layer on its own holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from xpnet.backends import Array, asarray, backend_of
from xpnet.errors import NetworkError, ShapeError

__all__ = ["FixedNames", "FreshGradients", "NamedArrays", "fitting", "place_of"]


class FixedNames(MutableMapping[str, Array]):
    """A mapping whose names stay: entries are read and written, never added or deleted."""

    def __delitem__(self, name: str) -> None:
        raise NetworkError(
            f"{name!r} cannot be deleted: the layers need it; set it to zero instead"
        )

    def target(self, name: str) -> Array:
        """The array to write the gradient of `name` into."""
        return self[name]

    def update(self, other: Any = (), /, **more: Any) -> None:
        """Assign to several names: to all of them, or to none where one does not fit."""
        values = dict(other, **more)
        fitted = {name: self._fitted(name, value) for name, value in values.items()}
        # copies, since a value may be a view of what is written before it
        copies = {n: backend_of(a).xp.array(a, copy=True) for n, a in fitted.items()}
        for name, value in copies.items():
            self[name] = value

    def _fitted(self, name: str, value: Any) -> Array:
        """`value` as an array that can be assigned to `name`."""
        raise NotImplementedError(f"{type(self).__name__} must define _fitted")

    def _refuse_new(self, name: str) -> None:
        if name not in self:
            known = ", ".join(self) or "none"
            raise NetworkError(f"{name!r} cannot be added: the parameters are {known}")

    def __repr__(self) -> str:
        shapes = ", ".join(f"{name}: {getattr(a, 'shape', None)}" for name, a in self.items())
        return f"<{type(self).__name__} {shapes}>"


class NamedArrays(FixedNames):
    """Arrays under fixed names; assigning to a name writes into its array.

    Parameters
    ----------
    arrays : mapping of str to array
        Kept as they are, not copied.
    """

    def __init__(self, arrays: Mapping[str, Array]) -> None:
        self._arrays = dict(arrays)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def __setitem__(self, name: str, value: Any) -> None:
        fitted = self._fitted(name, value)
        target = self._arrays[name]
        if value is not target:  # `params["W"] -= step` has written already
            backend_of(target).assign(target, fitted)

    def _fitted(self, name: str, value: Any) -> Array:
        self._refuse_new(name)
        return fitting(value, self._arrays[name], f"params[{name!r}]", name)


class FreshGradients(FixedNames):
    """The gradients of a layer on its own: None until its backward, then new arrays each time.

    So two calls of backward give two gradients, as in the chapter.
    """

    def __init__(self, params: Mapping[str, Array]) -> None:
        self._params = params
        self._grads: dict[str, Array] = dict.fromkeys(params)

    def __getitem__(self, name: str) -> Array:
        return self._grads[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._grads)

    def __len__(self) -> int:
        return len(self._grads)

    def __setitem__(self, name: str, value: Array) -> None:
        self._grads[name] = self._fitted(name, value)

    def _fitted(self, name: str, value: Array) -> Array:
        self._refuse_new(name)
        backend_of(value, self._params[name], caller=f"grads[{name!r}]", names=("value", name))
        shape = tuple(getattr(value, "shape", ()))  # a number has none
        if shape != tuple(self._params[name].shape):
            raise ShapeError(
                f"the gradient of {name!r} has shape {shape}, the parameter "
                f"{tuple(self._params[name].shape)}: they must be the same"
            )
        return value

    def target(self, name: str) -> Array:
        """A new array, in the parameter's shape and dtype."""
        param = self._params[name]
        self._grads[name] = backend_of(param).xp.empty_like(param)
        return self._grads[name]


def fitting(value: Any, target: Array, place: str, name: str) -> Array:
    """`value` as an array that can be written over `target`, which an error calls `place`.

    Raises
    ------
    ShapeError, MixedBackendError, ArgumentTypeError
        It has another shape, lives on another backend, or is no array and no numbers.
    """
    if isinstance(value, (list, tuple, int, float)):
        value = asarray(value, backend=backend_of(target).name)
    backend_of(value, target, caller=place, names=("value", name))
    if tuple(value.shape) != tuple(target.shape):
        raise ShapeError(
            f"{place} has shape {tuple(target.shape)}, the value {tuple(value.shape)}"
            f": to fill it with one number write {place}[...] = number"
        )
    return value


def place_of(entry: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The index of an entry that is counted in row-major order.

    Examples
    --------
    >>> place_of(5, (2, 3))
    (1, 2)
    """
    place: list[int] = []
    for length in reversed(shape):
        entry, k = divmod(entry, length)
        place.insert(0, k)
    return tuple(place)
