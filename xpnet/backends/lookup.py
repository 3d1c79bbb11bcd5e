"""Which backend arrays live on, and what is said of arrays of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xpnet.backends.base import Backend
from xpnet.backends.kinds import other_entries, other_meaning
from xpnet.backends.registry import _by_type, _load_others, _names, load_backend
from xpnet.backends.storage import Array
from xpnet.errors import ArgumentTypeError, MixedBackendError

__all__ = ["backend_of"]

SCALARS = (bool, int, float, np.generic)


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
    ArgumentTypeError
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
                raise ArgumentTypeError(f"{_prefix(caller)}{other_entries(array)}")
            raise MixedBackendError(_mixture(arrays, caller, names))
    if found is None:
        what = "numbers alone" if arrays else "nothing"
        raise ArgumentTypeError(
            f"{_prefix(caller)}got {what}; at least one array is needed: xpnet.asarray(x) makes one"
        )
    return found


def _find(array: Array, caller: str) -> Backend | None:
    """The backend of a type not met before; None for a number."""
    if meaning := other_meaning(array):
        raise ArgumentTypeError(f"{_prefix(caller)}{meaning}")
    if isinstance(array, SCALARS):
        return None
    if type(array).__module__.partition(".")[0] == "cupy":
        load_backend("cupy")
    if not isinstance(array, (list, tuple, str, type(None))):
        _load_others("cupy")
    for kind in type(array).__mro__:  # one backend's arrays may be a subclass of another's
        if kind in _by_type:
            _by_type[type(array)] = _by_type[kind]
            return _by_type[kind]
    # a variable of a graph has its array there, and refuses to be made one
    remedy = "write x.value" if hasattr(array, "value") else "xpnet.asarray(x) makes one"
    raise ArgumentTypeError(
        f"{_prefix(caller)}got a {type(array).__name__}, which is no array of a backend "
        f"({', '.join(_names())}): {remedy}"
    )


def _prefix(caller: str) -> str:
    return f"{caller}: " if caller else ""


def _mixture(arrays: Sequence[Array], caller: str, names: Sequence[str]) -> str:
    """The message of `MixedBackendError`: who, what came, the line that corrects it."""
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
