"""Which backends there are: registered by name, made when one is first asked for."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable

from xpnet.backends.base import Backend
from xpnet.backends.numpy_backend import NumpyBackend
from xpnet.errors import BackendError, BackendNotInstalledError

__all__ = ["available_backends", "load_backend", "register_backend"]


def _make_cupy() -> Backend:
    if importlib.util.find_spec("cupy") is None:
        raise BackendNotInstalledError(
            "cupy is not installed: pip install 'xpnet[cuda12]' for a CUDA 12 driver, "
            "'xpnet[cuda13]' for CUDA 13"
        )
    try:
        # imported late: `import xpnet` must not cost an import of CuPy
        from xpnet.backends.cupy_backend import CupyBackend
    except Exception as error:  # a driver, a library or a version may raise anything
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
        raise BackendError(f"expected the name of a backend, such as 'numpy', got {name!r}")
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
    """A new backend by its factory, if its name and its type of arrays are right."""
    try:
        backend = _factories[name]()
    except BackendError:
        raise
    except Exception as error:
        raise BackendError(f"the backend {name!r} cannot be made: {error!r}") from error
    if backend.name != name:
        raise BackendError(
            f"the backend registered as {name!r}: expected that name, got {backend.name!r}; set "
            f"name = {name!r} in its class"
        )
    owner = _by_type.get(backend.array_type)
    if owner is not None and owner.array_type is backend.array_type:
        raise BackendError(
            f"the backend {name!r}: expected a type of arrays of its own, got "
            f"{backend.array_type.__name__}, which are those of {owner.name!r}"
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


def _load_others(name: str) -> None:
    """Try to load every backend but this one, so that their types of arrays are known."""
    for other in _names():
        if other != name and other not in _loaded:
            _state(other)
