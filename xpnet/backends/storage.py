"""Storage: where a backend's arrays live, what they hold, and their memory."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np

__all__ = ["BATCH_ROWS", "CUDA", "HOST", "Array", "Pool", "Storage", "repeats"]

Array: TypeAlias = Any
"""An array of any backend; what its shape and dtype must be stands in each docstring."""

HOST = 1, 3, 11, 13
"""Memory that the CPU can read, as DLPack numbers kinds of devices: its own, pinned, managed."""
CUDA = 2
"""A CUDA device's own memory."""

BATCH_ROWS = 1024
"""Rows that inference takes at once where no more is known: few enough for a CPU's caches."""


@dataclass(frozen=True)
class Pool:
    """What a backend's memory pool and its device say of themselves, in bytes.

    Attributes
    ----------
    used, held : int
        What arrays occupy, and what the pool has taken from the device: it keeps blocks that
        came free for the next array.
    free, total : int
        Memory of the device, all processes together.
    """

    used: int
    held: int
    free: int
    total: int


class Storage:
    """What a backend says of its arrays; `Backend` adds the primitives that compute with them.

    Attributes
    ----------
    name : str
        By which the backend is chosen.
    xp : namespace
        With NumPy's functions.
    array_type : type
        Its arrays, which must be mutable, and whose slices must be views.
    device : str
    """

    name: str
    xp: Any
    array_type: type
    device: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} on {self.device}>"

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """`x` (numbers, sequences, host arrays, or an array of this backend) as an array here."""
        return self.xp.asarray(x, dtype=dtype)

    def to_numpy(self, x: Array) -> Any:
        """An array of this backend as a ``numpy.ndarray``."""
        return np.asarray(x)

    def has_device(self, kind: int, number: int) -> bool:
        """Whether memory of this device, by the numbers of DLPack, can be an array here."""
        return kind in HOST

    def from_dlpack(self, x: Any) -> Array:
        """An array of another library, on a device that `has_device`, over the same memory."""
        return self.asarray(np.from_dlpack(x))

    def synchronize(self) -> None:
        """Wait until the device has done all that it was given."""

    def devices(self) -> list[str]:
        """Names of the devices that this process sees, each given once in the world.

        None where arrays live on the host.
        """
        return []

    def use_device(self, number: int) -> None:
        """Let arrays live on this one of `devices` from now on, in this thread."""

    def owns(self, x: Array) -> bool:
        """Whether `x`, an `array_type`, lives on this backend's device."""
        return True

    def takes(self, x: Array) -> bool:
        """Whether `x`, an `array_type`, is owned and holds real numbers: bool, integers, floats."""
        real = self.is_floating(x) or self.is_integer(x) or x.dtype == self.dtype("bool")
        return self.owns(x) and bool(real)

    def dtype(self, name: Any) -> Any:
        """The dtype called `name` (``"float32"``), as arrays of this backend have it."""
        return self.xp.dtype(name)

    def is_floating(self, x: Array) -> bool:
        """Whether the entries of `x` are real floating point numbers."""
        return bool(x.dtype.kind == "f")

    def is_integer(self, x: Array) -> bool:
        """Whether the entries of `x` are integers."""
        return bool(x.dtype.kind in "iu")

    def is_writable(self, x: Array) -> bool:
        """Whether each entry of `x` can be written, and alone."""
        return True

    def overlap(self, x: Array, y: Array) -> bool:
        """Whether writing into `x` may change `y`."""
        return self.buffer_of(x)[0] == self.buffer_of(y)[0]

    def step_dtype(self, param: Array) -> Any:
        """The dtype of an optimizer's step and its state: float32, or that of `param` if wider.

        The square of a gradient of 1e-4 is 0 in float16, and so is the usual eps.
        """
        return param.dtype if param.dtype.itemsize >= 4 else self.dtype("float32")

    def epsilon(self, x: Array) -> float:
        """Distance from 1 to the next number of the floating dtype of `x`."""
        return float(self.xp.finfo(x.dtype).eps)

    def smallest(self, x: Array) -> float:
        """The smallest number above 0 of the floating dtype of `x`."""
        return _smallest(self.xp, x.dtype)

    def floats(self, values: Sequence[Array]) -> list[float]:
        """0-d results as Python floats: one wait for all of them."""
        return [float(value) for value in values]

    def assign(self, target: Array, value: Any) -> None:
        """Write `value` over `target`, cast to its dtype; they may share memory."""
        target[...] = value

    def flush_subnormals(self, x: Array) -> None:
        """Set numbers closer to 0 than any normal one to 0, where computing with them is slow.

        The base does nothing: CuPy compiles kernels so that they do it themselves in float32.
        """

    # --- threads -------------------------------------------------------------------------

    def threads(self, count: int) -> AbstractContextManager[object]:
        """A block in which products take so many threads, where they take any."""
        return nullcontext()

    def few_threads(self, operations: int) -> AbstractContextManager[object]:
        """A block of products of so many operations at most, in which threads may not pay."""
        return nullcontext()

    # --- memory --------------------------------------------------------------------------

    def pool(self) -> Pool | None:
        """The memory pool, or None where there is none to ask."""
        return None

    def rows_at_once(self, bytes_per_row: int) -> int:
        """How many rows inference may take at once if each needs so much memory: 1,024 or more."""
        return BATCH_ROWS

    def free_unused(self) -> None:
        """Give back what a pool holds and no array uses."""

    def buffer_of(self, x: Array) -> tuple[Hashable, int]:
        """An identifier of the memory of `x`, and its bytes.

        A view keeps all of that memory alive, so a backend that knows it counts all of it; this
        one knows no more than the array itself.
        """
        return id(x), int(x.nbytes)


def repeats(x: Array) -> bool:
    """Whether entries of `x`, an array of NumPy or CuPy, lie on each other: a broadcast view.

    Interleaved views, which no indexing makes, count as such.
    """
    if 0 in x.shape:
        return False
    end = x.itemsize  # of what the axes of smaller steps cover
    for step, n in sorted((abs(step), n) for step, n in zip(x.strides, x.shape, strict=True)):
        if n > 1 and step < end:
            return True
        end += step * (n - 1)
    return False


@cache
def _smallest(xp: Any, dtype: Any) -> float:
    """The smallest number above 0 of a floating dtype."""
    limits = xp.finfo(dtype)
    return float(limits.tiny) * float(limits.eps)
