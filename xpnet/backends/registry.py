"""Which backends there are, and which of them an array belongs to."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence

import numpy as np

from xpnet.backends.base import Backend
from xpnet.backends.kinds import other_entries, other_meaning
from xpnet.backends.numpy_backend import NumpyBackend
from xpnet.backends.storage import Array
from xpnet.errors import BackendError, MixedBackendError

__all__ = ["available_backends", "backend_of", "load_backend", "register_backend"]

SCALARS = (bool, int, float, np.generic)


def _make_cupy() -> Backend:
    if importlib.util.find_spec("cupy") is None:
        raise BackendError(
            "cupy is not installed: pip install 'xpnet[cuda12]' for a CUDA 12 driver, "
            "'xpnet[cuda13]' for CUDA 13"
        )
    try:
        # here and nowhere else: `import xpnet` must not cost an import of CuPy
        from xpnet.backends.cupy_backend import CupyBackend
    except Exception as error:  # by a driver, a library, a version: it has many ways to fail
        raise BackendError(
            f"cupy is installed, but cannot be imported: {error}. Install it again with "
            "pip install 'xpnet[cuda12]' or 'xpnet[cuda13]', whichever fits the driver"
        ) from error
    return CupyBackend()


_factories: dict[str, Callable[[], Backend]] = {"numpy": NumpyBackend, "cupy": _make_cupy}
_loaded: dict[str, Backend] = {}
_by_type: dict[type, Backend] = {}
_lock = threading.RLock()


def load_backend(name: str) -> Backend:
    """The one `Backend` of this name, made at the first call.

    Raises
    ------
    BackendError
        No backend has this name, or it cannot run on this machine; the message says why.
    """
    if not isinstance(name, str):
        raise BackendError(f"a backend is named by a string, as 'numpy'; got {name!r}")
    with _lock:
        if name not in _loaded:
            if name == "auto":
                return _best()
            if name not in _factories:
                known = ", ".join(repr(known) for known in [*_factories, "auto"])
                raise BackendError(f"unknown backend {name!r}: choose one of {known}")
            backend = _made(name)
            _loaded[name] = backend
            _by_type[backend.array_type] = backend
        return _loaded[name]


def _made(name: str) -> Backend:
    """A new backend by its factory, if it is what it says."""
    try:
        backend = _factories[name]()
    except BackendError:
        raise
    except Exception as error:
        raise BackendError(f"the backend {name!r} cannot be made: {error!r}") from error
    if backend.name != name:
        raise BackendError(
            f"the backend registered as {name!r} calls itself {backend.name!r}: its class must "
            f"set name = {name!r}, by which it is found again"
        )
    owner = _by_type.get(backend.array_type)
    if owner is not None and owner.array_type is backend.array_type:
        raise BackendError(
            f"the backend {name!r} has {backend.array_type.__name__} for its arrays, as "
            f"{owner.name!r} has: no array could tell which of them it lives on"
        )
    return backend


def _best() -> Backend:
    """CuPy where it runs, NumPy elsewhere."""
    try:
        return load_backend("cupy")
    except BackendError:
        return load_backend("numpy")


def register_backend(name: str, factory: Callable[[], Backend]) -> None:
    """Make another backend known under `name`.

    Parameters
    ----------
    name : str
        What `set_backend`, ``net.to`` and ``XPNET_BACKEND`` will call it.
    factory : callable without arguments
        Returns the `Backend`, called once, when the name is first used. Its arrays must be
        mutable and their slices views. It raises `BackendError` where it cannot run.

    Raises
    ------
    BackendError
        The name is taken.

    Examples
    --------
    >>> from xpnet.backends import NumpyBackend
    >>> class LoudBackend(NumpyBackend):
    ...     name = "numpy"
    >>> xpnet.register_backend("numpy", LoudBackend)
    Traceback (most recent call last):
        ...
    xpnet.errors.BackendError: the backend 'numpy' exists already: choose another name
    """
    with _lock:
        if name in _factories or name == "auto":
            raise BackendError(f"the backend {name!r} exists already: choose another name")
        _factories[name] = factory


def available_backends() -> dict[str, str]:
    """Each backend's name, with ``"ok"`` or the reason why it cannot run here.

    Examples
    --------
    >>> xpnet.available_backends()["numpy"]
    'ok'
    """
    return {name: _state(name) for name in _names()}


def _names() -> tuple[str, ...]:
    """The names as they are now: another thread, or a factory that is called, may add one."""
    with _lock:
        return tuple(_factories)


def _state(name: str) -> str:
    try:
        load_backend(name)
    except BackendError as error:
        return str(error)
    return "ok"


def backend_of(*arrays: Array, caller: str = "", names: Sequence[str] = ()) -> Backend:
    """The backend that these arrays live on.

    Parameters
    ----------
    *arrays : arrays of one backend, or numbers
        Numbers fit every backend; at least one argument must be an array.
    caller : str
        Whom an error names: ``"Affine"``.
    names : sequence of str
        What an error calls the arrays: ``("x", "W")``.

    Raises
    ------
    MixedBackendError
        Two arrays live on different backends or devices.
    TypeError
        An argument is neither array nor number, or none is an array; an array is masked, a
        `numpy.matrix`, or holds something else than real numbers.

    Examples
    --------
    >>> xpnet.backend_of(np.ones(3), 2.0).name
    'numpy'
    """
    found: Backend | None = None
    for array in arrays:
        backend = _by_type.get(type(array)) or _find(array, caller)
        if backend is None:
            continue
        if found is None:
            found = backend
        if backend is not found or not backend.takes(array):
            if backend is found and backend.owns(array):
                raise TypeError(f"{_prefix(caller)}{other_entries(array)}")
            raise MixedBackendError(_mixture(arrays, caller, names))
    if found is None:
        what = "numbers alone" if arrays else "nothing"
        raise TypeError(
            f"{_prefix(caller)}got {what}; at least one array is needed: xpnet.asarray(x) makes one"
        )
    return found


def _find(array: Array, caller: str) -> Backend | None:
    """The backend of a type not met before; None for a number."""
    if meaning := other_meaning(array):
        raise TypeError(f"{_prefix(caller)}{meaning}")
    if isinstance(array, SCALARS):
        return None
    if type(array).__module__.partition(".")[0] == "cupy":
        load_backend("cupy")
    if not isinstance(array, (list, tuple, str, type(None))):
        for name in _names():
            if name != "cupy" and name not in _loaded:
                _state(name)
    for kind in type(array).__mro__:  # one backend's arrays may be a subclass of another's
        if kind in _by_type:
            _by_type[type(array)] = _by_type[kind]
            return _by_type[kind]
    # a variable of a graph has its array there, and refuses to be made one
    remedy = "write x.value" if hasattr(array, "value") else "xpnet.asarray(x) makes one"
    raise TypeError(
        f"{_prefix(caller)}got a {type(array).__name__}, which is no array of a backend "
        f"({', '.join(_names())}): {remedy}"
    )


def _prefix(caller: str) -> str:
    return f"{caller}: " if caller else ""


def _mixture(arrays: Sequence[Array], caller: str, names: Sequence[str]) -> str:
    """The message of `MixedBackendError`: who, what came, the line that mends it."""
    names = names or [f"argument {k}" for k in range(1, len(arrays) + 1)]
    found = [
        (name, array, backend)
        for name, array in zip(names, arrays, strict=False)
        if (backend := _by_type.get(type(array))) is not None
    ]
    listed = ", ".join(
        f"{name} is a {backend.name} array of shape {tuple(array.shape)}"
        + ("" if backend.owns(array) else f" on another device than {backend.device}")
        for name, array, backend in found
    )
    target = found[-1][2]  # callers name what stays last: the weights, what forward kept
    odd, source = next(
        (name, backend)
        for name, array, backend in found
        if backend is not target or not backend.owns(array)
    )
    variable = odd if odd.isidentifier() else "x"
    remedy = f"write {variable} = xpnet.asarray({variable}, backend={target.name!r})"
    if source is not target:
        remedy += f", or move the network: net.to({source.name!r})"
    return f"{_prefix(caller)}{listed}. Nothing is copied silently; {remedy}"
