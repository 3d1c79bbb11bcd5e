"""DLPack: arrays of other libraries, such as PyTorch's tensors, over the memory they have."""

from __future__ import annotations

from typing import Any

import numpy as np

from xpnet.backends.base import Backend
from xpnet.backends.storage import CUDA, HOST, Array
from xpnet.errors import ArgumentTypeError, MixedBackendError

__all__ = ["exports_memory", "share_memory"]

LIBRARIES = {CUDA: "cuda", 10: "rocm", 8: "metal", 14: "oneapi"}
"""The kinds of devices that arrays may come from, as DLPack numbers them."""

REFUSALS = BufferError, RuntimeError, TypeError, ValueError
"""What libraries raise where an array cannot be exported, or not be taken."""


def exports_memory(x: Any) -> bool:
    """Whether `x` is an array of another library that follows DLPack.

    Examples
    --------
    >>> exports_memory(np.ones(3)), exports_memory([1.0])
    (False, False)
    """
    kind = type(x)
    return (
        hasattr(kind, "__dlpack__")
        and hasattr(kind, "__dlpack_device__")
        and not issubclass(kind, np.ndarray)
    )


def share_memory(x: Any, backend: Backend) -> Array:
    """An array of this backend over the memory of `x`; it may be read-only, as `x` may be.

    Raises
    ------
    MixedBackendError
        `x` lives on another device.
    ArgumentTypeError
        It records gradients, or holds what the backend's library does not have.
    """
    what = f"asarray: got a {type(x).__name__}"
    if getattr(x, "requires_grad", False):
        raise ArgumentTypeError(
            f"{what} that requires grad, which nothing here would add to: write x.detach()"
        )
    # PyTorch exports the memory without the sign that such a view stands for
    if callable(getattr(x, "is_neg", None)) and x.is_neg():
        raise ArgumentTypeError(f"{what} with the negative bit set: write x.resolve_neg()")
    try:
        device = x.__dlpack_device__()
        if backend.has_device(*device):
            return backend.from_dlpack(x)
    except REFUSALS as error:
        dtype, why = getattr(x, "dtype", "no dtype"), " ".join(str(error).split()).rstrip(".")
        raise ArgumentTypeError(
            f"{what} of {dtype}, which the backend {backend.name} cannot take as it is: "
            f"{why:.200}; convert it first, as x.float() or x.to_dense() does"
        ) from error
    raise MixedBackendError(
        f"{what} on {_name(*device)}, expected one on {backend.device}, where the backend "
        f"{backend.name} is. Nothing is copied silently; {_remedy(device[0], backend)}"
    )


def _name(kind: int, number: int) -> str:
    """A device as PyTorch calls it."""
    return "cpu" if kind in HOST else f"{LIBRARIES.get(kind, f'device type {kind}')}:{number}"


def _remedy(kind: int, backend: Backend) -> str:
    if backend.has_device(HOST[0], 0):
        elsewhere = ", or take it where it is: xpnet.asarray(x, backend='cupy')"
        return f"copy it first: x.cpu(){elsewhere if kind == CUDA else ''}"
    place = backend.device.partition(" ")[0]
    return f"copy it first: x.to({place!r})" + (
        ", or xpnet.asarray(np.from_dlpack(x))" if kind in HOST else ""
    )
