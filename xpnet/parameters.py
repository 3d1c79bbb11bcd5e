"""Parameters: named views of one flat buffer, and the smaller mappings beside them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from xpnet.backends import Array, Backend, asarray, backend_of, get_backend, load_backend
from xpnet.errors import NetworkError, ShapeError

__all__ = ["FixedNames", "FreshGradients", "NamedArrays", "Parameters", "Scope", "place_of"]

ALIGNMENT = 256
"""Bytes: each parameter starts at a multiple, since cuBLAS wants 16 and a cache line is 64."""


class FixedNames(MutableMapping[str, Array]):
    """A mapping whose names stay: entries are read and written, never added or deleted."""

    def __delitem__(self, name: str) -> None:
        raise NetworkError(
            f"{name!r} cannot be deleted: the layers need it; set it to zero instead"
        )

    def target(self, name: str) -> Array:
        """The array to write the gradient of `name` into."""
        return self[name]

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
        self._refuse_new(name)
        target = self._arrays[name]
        if value is target:  # `params["W"] -= step` has written already
            return
        if isinstance(value, (list, tuple, int, float)):
            value = backend_of(target).asarray(value)
        backend = backend_of(value, target, caller=f"params[{name!r}]", names=("value", name))
        if tuple(value.shape) != tuple(target.shape):
            raise ShapeError(
                f"params[{name!r}] has shape {tuple(target.shape)}, the value {tuple(value.shape)}"
                f": to fill it with one number write params[{name!r}][...] = number"
            )
        backend.assign(target, value)


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
        self._refuse_new(name)
        backend_of(value, self._params[name], caller=f"grads[{name!r}]", names=("value", name))
        if tuple(value.shape) != tuple(self._params[name].shape):
            raise ShapeError(
                f"the gradient of {name!r} has shape {tuple(value.shape)}, the parameter "
                f"{tuple(self._params[name].shape)}: they must be the same"
            )
        self._grads[name] = value

    def target(self, name: str) -> Array:
        """A new array, in the parameter's shape and dtype."""
        param = self._params[name]
        self._grads[name] = backend_of(param).xp.empty_like(param)
        return self._grads[name]


class Parameters(NamedArrays):
    """All parameters of a network: named views of one flat buffer.

    Parameters
    ----------
    arrays : mapping of str to array
        Copied into the buffer. All of one backend.
    dtype : dtype or its name, optional
        Of the buffer; by default that of the first array.

    Attributes
    ----------
    flat : array, 1-d
        The buffer: an optimizer's step over it is one kernel. Between the parameters lies
        padding, which is zero, stays zero and is not counted.

    Examples
    --------
    >>> params = Parameters({"W1": np.ones((2, 3)), "b1": np.zeros(3)})
    >>> params.flat *= 2
    >>> params["W1"]
    array([[2., 2., 2.],
           [2., 2., 2.]])
    """

    def __init__(self, arrays: Mapping[str, Array], dtype: Any = None) -> None:
        backend = backend_of(*arrays.values(), names=list(arrays)) if arrays else get_backend()
        if dtype is None:
            dtype = next((array.dtype for array in arrays.values()), "float32")
        dtype = backend.dtype(dtype)
        shapes = {name: tuple(array.shape) for name, array in arrays.items()}
        step = ALIGNMENT // backend.xp.zeros(1, dtype=dtype).nbytes
        length = sum(_padded(shape, step) for shape in shapes.values())
        self._attach(shapes, step, backend.xp.zeros(length, dtype=dtype))
        for name, array in arrays.items():
            self[name] = array

    def _attach(self, shapes: Mapping[str, tuple[int, ...]], step: int, flat: Array) -> None:
        """Make the views of `flat`, each at a multiple of `step` entries."""
        self.shapes, self._step, self.flat = dict(shapes), step, flat
        self._arrays = {}
        start = 0
        for name, shape in shapes.items():
            self._arrays[name] = flat[start : start + math.prod(shape)].reshape(shape)
            start += _padded(shape, step)

    # Copies and pickles carry the buffer alone and make the views again: views that were copied
    # one by one would look right and be detached.

    def __getstate__(self) -> dict[str, Any]:
        return {"shapes": self.shapes, "step": self._step, "flat": self.flat}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._attach(state["shapes"], state["step"], state["flat"])

    @property
    def backend(self) -> Backend:
        """Where the buffer lives."""
        return backend_of(self.flat)

    @property
    def dtype(self) -> Any:
        """Of the buffer, and so of every parameter."""
        return self.flat.dtype

    @property
    def count(self) -> int:
        """How many numbers these are, padding not counted."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    def same_layout(self, other: object) -> bool:
        """Whether `other` is `Parameters` whose entries stand at the same places."""
        return (
            isinstance(other, Parameters)
            and self.shapes == other.shapes
            and self.flat.shape == other.flat.shape
        )

    def like(self, flat: Array) -> Parameters:
        """Parameters of this layout over another buffer."""
        made = Parameters.__new__(Parameters)
        made._attach(self.shapes, self._step, flat)
        return made

    def copy(self) -> Parameters:
        """The same numbers in a buffer of their own."""
        return self.like(backend_of(self.flat).xp.array(self.flat, copy=True))

    def zeros_like(self) -> Parameters:
        """Zeros in the same layout: gradients, or an optimizer's state."""
        return self.like(backend_of(self.flat).xp.zeros_like(self.flat))

    def astype(self, dtype: Any) -> Parameters:
        """The same numbers, copied, in another dtype."""
        return Parameters(self, dtype)

    def to(self, backend: str) -> Parameters:
        """Move to another backend, in place; the views that were handed out stay behind.

        Raises
        ------
        BackendError
            The backend is unknown or cannot run here; nothing has moved.
        """
        if load_backend(backend) is not self.backend:
            self._attach(self.shapes, self._step, asarray(self.flat, backend=backend))
        return self


class Scope(FixedNames):
    """A layer's entries of a network's `Parameters`, under the layer's own names.

    It looks its entries up at each access, so it follows when the buffer moves.
    """

    def __init__(self, owner: Parameters, names: Mapping[str, str]) -> None:
        self._owner = owner
        self.names = dict(names)

    def __getitem__(self, name: str) -> Array:
        return self._owner._arrays[self.names[name]]

    def __setitem__(self, name: str, value: Any) -> None:
        self._refuse_new(name)  # another layer's parameter may have this name in the network
        self._owner[self.names[name]] = value

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _padded(shape: tuple[int, ...], step: int) -> int:
    """The room a parameter of this shape takes, in entries."""
    return math.ceil(math.prod(shape) / step) * step


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
