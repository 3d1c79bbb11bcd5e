"""Integers that do not wrap around: what arithmetic computes with in their place."""

from __future__ import annotations

from numbers import Number
from typing import Any

from xpnet.backends import Array, Backend, backend_of, load_backend

__all__ = ["is_scalar", "widened"]

SCALARS = int, float, load_backend("numpy").xp.generic, Number


def is_scalar(value: Any) -> bool:
    """Whether this is a number of Python or a scalar of NumPy, and no array, not even a 0-d one."""
    return isinstance(value, SCALARS)


def widened(*values: Any) -> list[Any]:
    """The values to compute with, so that sums, differences and products do not wrap around.

    Arrays of integers and of bools become float64, which holds every whole number up to 2**53;
    beside an array of floating point numbers they become what NumPy makes of such a pair. Where
    there is no array, integers are Python's, which have any length.

    Parameters
    ----------
    *values : numbers, or arrays of one backend

    Returns
    -------
    list of numbers and arrays

    Raises
    ------
    MixedBackendError
        Arrays of two backends.

    Examples
    --------
    >>> from xpnet.layers.widening import widened
    >>> pixels = np.array([1, 200], dtype="uint8")
    >>> widened(pixels, 5)
    [array([  1., 200.]), 5.0]
    >>> widened(np.uint8(200), 5)
    [200, 5]
    """
    arrays = [value for value in values if not is_scalar(value)]
    if not arrays:
        return [_of_python(value) for value in values]
    backend = backend_of(*arrays)
    floats = [array for array in arrays if backend.is_floating(array)]
    return [_beside_arrays(value, backend, floats) for value in values]


def _of_python(value: Any) -> Any:
    is_whole = hasattr(value, "dtype") and value.dtype.kind in "iub"
    return int(value) if is_whole else value


def _beside_arrays(value: Any, backend: Backend, floats: list[Array]) -> Any:
    if is_scalar(value):
        # an integer of Python may be longer than the 64 bits that CuPy takes
        return float(value) if type(value) is int else value
    if backend.is_floating(value):
        return value
    wide = backend.xp.result_type(value, floats[0]) if floats else backend.dtype("float64")
    return backend.asarray(value, wide)
