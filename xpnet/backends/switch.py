"""The switch: where new arrays are made; arrays from one backend to another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from xpnet.backends.base import Backend
from xpnet.backends.dlpack import exports_memory, share_memory
from xpnet.backends.kinds import converted, other_entries
from xpnet.backends.lookup import backend_of
from xpnet.backends.registry import _by_type, load_backend
from xpnet.backends.storage import Array
from xpnet.errors import ArgumentTypeError, BackendError

__all__ = ["asarray", "get_backend", "set_backend", "synchronize", "to_numpy", "use_backend"]

_process_default: Backend | None = None
_scoped: ContextVar[Backend | None] = ContextVar("xpnet_backend", default=None)


def get_backend() -> Backend:
    """The backend on which new arrays are made here and now.

    The innermost `use_backend` of this thread or task decides; then `set_backend`; then the
    environment variable ``XPNET_BACKEND``; then ``"numpy"``.

    Examples
    --------
    >>> xpnet.get_backend().name
    'numpy'
    """
    return _scoped.get() or _process_default or _from_environment()


def _from_environment() -> Backend:
    name = os.environ.get("XPNET_BACKEND") or "numpy"
    try:
        return load_backend(name)
    except BackendError as error:
        raise type(error)(f"XPNET_BACKEND={name}: {error}") from None


def set_backend(name: str) -> Backend:
    """Make new arrays on this backend, in the whole process, from now on.

    Arrays and networks that exist stay where they are.

    Parameters
    ----------
    name : str
        ``"numpy"``, ``"cupy"``, a registered name, or ``"auto"``: CuPy where it runs, else NumPy.

    Raises
    ------
    BackendError
        The backend is unknown or cannot run here, or the call stands inside `use_backend`,
        where it would have no effect.

    Examples
    --------
    >>> xpnet.set_backend("numpy")
    <NumpyBackend 'numpy' on cpu>
    """
    global _process_default
    scoped = _scoped.get()
    if scoped is not None:
        raise BackendError(
            f"set_backend({name!r}) inside use_backend({scoped.name!r}): the block decides until "
            "it ends. Call set_backend outside it, or nest another use_backend"
        )
    _process_default = load_backend(name)
    return _process_default


@contextmanager
def use_backend(name: str) -> Iterator[Backend]:
    """Make new arrays on this backend inside the block, in this thread or task only.

    A thread or a pool's worker starts with the process default; an asyncio task starts with
    what held where it was created.

    Examples
    --------
    >>> with xpnet.use_backend("numpy") as backend:
    ...     backend.name
    'numpy'
    """
    backend = load_backend(name)
    token = _scoped.set(backend)
    try:
        yield backend
    finally:
        _scoped.reset(token)


def asarray(x: Any, dtype: Any = None, backend: str | None = None) -> Array:
    """`x` as an array of the current backend, or of the one named.

    Parameters
    ----------
    x : numbers, nested sequences, or an array of any backend
        Real numbers: bool, integers or floating. Copied only where it must be. An array of
        another library that follows DLPack, such as a tensor of PyTorch, is taken where it is:
        the array made is over the same memory, and read-only where that library does not say
        that it may be written.
    dtype : dtype or its name, optional
    backend : str, optional

    Raises
    ------
    ArgumentTypeError
        `x` is masked or a `numpy.matrix`, or holds something else than real numbers: words,
        dates, complex numbers, objects. Nothing is made into an array of objects. Or a tensor
        requires grad, or has a dtype that the backend's library lacks, such as bfloat16.
    MixedBackendError
        An array of another library lives on another device than the backend.
    ShapeError
        Sequences of different lengths.

    Examples
    --------
    >>> xpnet.asarray([1, 2, 3], dtype="float32")
    array([1., 2., 3.], dtype=float32)
    """
    target = get_backend() if backend is None else load_backend(backend)
    source = _source(x)
    if source is None and type(x) not in _by_type and exports_memory(x):
        x = share_memory(x, target)
    elif source is None:
        host = converted(x)
        x = host if dtype is None else x  # 300 as it came is refused as uint8; of int64 it wraps
    elif source is not target:
        x = source.to_numpy(x)
    made = target.asarray(x, dtype)
    if not target.takes(made):
        raise ArgumentTypeError(f"asarray: {other_entries(made)}")
    return made


def _source(x: Any) -> Backend | None:
    try:
        return backend_of(x)
    except TypeError:
        return None


def to_numpy(x: Array) -> Any:
    """An array of any backend as a ``numpy.ndarray`` on the host; waits for its device.

    Examples
    --------
    >>> xpnet.to_numpy(xpnet.asarray([1, 2]))
    array([1, 2])
    """
    source = _source(x)
    return asarray(x, backend="numpy") if source is None else source.to_numpy(x)


def synchronize() -> None:
    """Wait until the current backend's device has done all that it was given."""
    get_backend().synchronize()
