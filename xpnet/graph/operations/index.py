"""An index of one's own: lists and arrays in it are copied, since their owner may change them."""

from __future__ import annotations

import operator
from types import EllipsisType
from typing import Any

from xpnet.backends import Backend, backend_of
from xpnet.layers.widening import is_scalar

__all__ = ["own_index"]


def own_index(index: Any, x: Any) -> Any:
    """An index of its own, which no caller can change, and that takes the same entries of `x`.

    Parameters
    ----------
    index : what may stand between brackets behind an array
        A list becomes an array of the backend of `x`, and integers of NumPy become Python's.
    x : array

    Raises
    ------
    MixedBackendError
        An array in it lives on another backend than `x`.
    ArgumentTypeError
        A part of it can be no index.

    Examples
    --------
    >>> from xpnet.graph.operations.index import own_index
    >>> own_index((slice(0, np.int64(2)), [True, False]), np.ones((3, 2)))
    (slice(0, 2, None), array([ True, False]))
    """
    backend = backend_of(x)
    if isinstance(index, tuple):
        return tuple(_own(part, x, backend) for part in index)
    return _own(index, x, backend)


def _own(part: Any, x: Any, backend: Backend) -> Any:
    if isinstance(part, slice):
        return slice(*map(_bound, (part.start, part.stop, part.step)))
    if part is None or isinstance(part, EllipsisType):
        return part
    if is_scalar(part):
        return part.item() if hasattr(part, "dtype") else part
    if not hasattr(part, "shape"):
        return _of_list(part, backend)
    backend_of(x, part, caller="indexing", names=("x", "index"))
    return backend.xp.array(part, copy=True)


def _bound(bound: Any) -> int | None:
    return None if bound is None else operator.index(bound)


def _of_list(part: Any, backend: Backend) -> Any:
    made = backend.xp.array(backend.asarray(part), copy=True)
    # a list of nothing takes nothing, but an array of it is of floating point numbers
    return made if 0 not in made.shape else backend.asarray(made, backend.dtype("int64"))
