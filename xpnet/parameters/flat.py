"""Parameters: named views of one flat buffer, and a layer's scope of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from xpnet.backends import Array, Backend, asarray, backend_of, get_backend, load_backend
from xpnet.errors import ArgumentTypeError, NetworkError
from xpnet.parameters.mappings import FixedNames, NamedArrays, fitting

__all__ = ["Parameters", "Scope"]

ALIGNMENT = 256
"""Bytes: each parameter starts at a multiple, since cuBLAS wants 16 and a cache line is 64."""


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
        padding, which is zero, stays zero and is not counted. Assigning writes into it: what is
        assigned has its length and backend, and is cast.

    Examples
    --------
    >>> params = Parameters({"W1": np.ones((2, 3)), "b1": np.zeros(3)})
    >>> params.flat *= 2
    >>> params["W1"]
    array([[2., 2., 2.],
           [2., 2., 2.]])
    """

    def __init__(self, arrays: Mapping[str, Array], dtype: Any = None) -> None:
        if not isinstance(arrays, Mapping):
            raise ArgumentTypeError(
                f"Parameters: got a {type(arrays).__name__}, expected a mapping of names to arrays"
            )
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
        arrays, start = {}, 0
        for name, shape in shapes.items():
            arrays[name] = flat[start : start + math.prod(shape)].reshape(shape)
            start += _padded(shape, step)
        self.shapes, self._step, self._flat, self._arrays = shapes, step, flat, arrays

    # Copies and pickles carry the buffer alone and make the views again: views that were copied
    # one by one would look right and be detached.

    def __getstate__(self) -> dict[str, Any]:
        return {"shapes": self.shapes, "step": self._step, "flat": self._flat}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._attach(state["shapes"], state["step"], state["flat"])

    @property
    def flat(self) -> Array:
        """The buffer."""
        return self._flat

    @flat.setter
    def flat(self, value: Any) -> None:
        if value is self._flat:  # `params.flat *= 2` has written already
            return
        value = fitting(value, self._flat, "params.flat", "flat")
        # a copy, since the value may be a view of what is written before it; entry by entry,
        # since padding stays zero
        copied = self.like(backend_of(value).xp.array(value, dtype=self.dtype, copy=True))
        for name, array in self._arrays.items():
            array[...] = copied[name]

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
            and (self.shapes is other.shapes or self._order() == other._order())
            and self.flat.shape == other.flat.shape
        )

    def _order(self) -> list[tuple[str, tuple[int, ...]]]:
        return list(self.shapes.items())

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
            self.attach(asarray(self.flat, backend=backend))
        return self

    def attach(self, flat: Array) -> None:
        """Take another buffer of this layout in place of the old one."""
        self._attach(self.shapes, self._step, flat)


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

    def replace(self, arrays: Mapping[str, Any]) -> None:
        """Assign to every name.

        Raises
        ------
        NetworkError
            The names are others.
        ShapeError, MixedBackendError, ArgumentTypeError
            An array does not fit; nothing is written.
        """
        if set(arrays) != set(self):
            raise NetworkError(
                f"the names must be {', '.join(self)}, and not {', '.join(map(str, arrays))}: the "
                "network trains these"
            )
        self.update(arrays)

    def _fitted(self, name: str, value: Any) -> Array:
        self._refuse_new(name)
        return self._owner._fitted(self.names[name], value)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


def _padded(shape: tuple[int, ...], step: int) -> int:
    """The length of a parameter of this shape with its padding."""
    return math.ceil(math.prod(shape) / step) * step
