"""Arrays on the host: brought from one backend, handed to another, and kept under names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from xpnet.backends import Array, Backend, asarray
from xpnet.backends import to_numpy as brought

__all__ = ["handed", "kept", "kept_all", "write_all"]


def kept(x: Array) -> Any:
    """A copy on the host, which nobody writes into, in the dtype it came in."""
    return np.array(brought(x))


def kept_all(arrays: Mapping[str, Array]) -> dict[str, Any]:
    """Copies of all that a mapping holds."""
    return {name: kept(array) for name, array in arrays.items()}


def handed(x: Any, backend: Backend) -> Array:
    """The same bits on a backend, in an array of its own and in the same order of memory."""
    return asarray(x.copy(order="K"), backend=backend.name)


def write_all(target: Mapping[str, Array], arrays: Mapping[str, Any], backend: Backend) -> None:
    """Write the bits of these arrays over those of the target, which lives on the backend."""
    for name, array in arrays.items():
        backend.assign(target[name], handed(array, backend))
