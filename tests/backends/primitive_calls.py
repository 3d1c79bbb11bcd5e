"""How a case of `primitive_cases` becomes a call on a backend."""

from __future__ import annotations

from typing import Any

import numpy as np

import xpnet
from xpnet.backends import Backend

from .primitive_cases import FLOAT, WRITTEN, Case, Kept


class Plain(Backend):
    """The base and nothing else, on the arrays of another backend."""

    def __init__(self, backend: Backend) -> None:
        self.xp = backend.xp


def laid_out(host: np.ndarray[Any, Any], layout: str) -> Any:
    """A copy on the current backend whose entries lie in memory as `layout` says."""
    if layout == "transposed":
        return xpnet.asarray(host.T.copy()).T
    if layout == "reversed":
        backwards = (*[slice(None, None, -1)] * host.ndim, ...)
        return xpnet.asarray(host[backwards].copy())[backwards]
    if layout == "strided":
        wide = np.zeros([2 * length for length in host.shape], host.dtype)
        every_second = (*[slice(None, None, 2)] * host.ndim, ...)
        wide[every_second] = host
        return xpnet.asarray(wide)[every_second]
    return xpnet.asarray(host.copy())


def made(argument: Any, dtype: str, layout: str) -> Any:
    """An argument of a case, on the current backend."""
    if isinstance(argument, list):
        return [made(value, dtype, layout) for value in argument]
    if isinstance(argument, dict):
        return {name: made(value, dtype, layout) for name, value in argument.items()}
    if isinstance(argument, Kept):
        return laid_out(argument.array, layout)
    if isinstance(argument, (np.ndarray, np.float64)):
        return laid_out(np.asarray(argument, dtype), layout)
    return np.dtype(dtype) if argument is FLOAT else argument


def called(primitive: str, backend: Backend, arguments: Case) -> list[Any]:
    """What the call returns, then what it wrote into."""
    kind = Backend if isinstance(backend, Plain) else type(backend)
    with np.errstate(all="ignore"):  # of NaN and infinities the results speak
        returned = getattr(kind, primitive)(backend, *arguments)
    results = list(returned) if isinstance(returned, (tuple, list)) else [returned]
    for k in WRITTEN.get(primitive, ()):
        results += arguments[k] if isinstance(arguments[k], list) else [arguments[k]]
    return results
