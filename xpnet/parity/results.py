"""Copies of arrays between backends and the host, which share no memory with the originals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array, Backend, asarray, to_numpy

__all__ = ["backend_copy", "host_copies", "host_copy", "overwrite"]


def host_copy(x: Array) -> Any:
    """A copy on the host, in the dtype of `x`."""
    return np.array(to_numpy(x))


def host_copies(arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Host copies of all arrays of a mapping."""
    return {name: host_copy(array) for name, array in arrays.items()}


def backend_copy(x: Any, backend: Backend) -> Array:
    """A copy of a host array on a backend, with the same bits and memory order."""
    return asarray(x.copy(order="K"), backend=backend.name)


def overwrite(target: Mapping[str, Array], arrays: Mapping[str, Any], backend: Backend) -> None:
    """Write host arrays over the target's arrays of the same names, which are on the backend."""
    for name, array in arrays.items():
        backend.assign(target[name], backend_copy(array, backend))
