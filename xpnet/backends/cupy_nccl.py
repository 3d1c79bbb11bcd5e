"""Sums of CuPy's arrays over the GPUs of several processes, by NCCL."""

from __future__ import annotations

import warnings
from typing import Any

import cupy as cp

from xpnet.backends.storage import Array
from xpnet.errors import DistributedError

__all__ = ["NcclGroup", "load_nccl", "new_identifier"]


class NcclGroup:
    """GPUs of several processes, one each, whose arrays can be added up.

    Every method but `check` is enqueued on the current stream and waits for nothing.

    Parameters
    ----------
    size, rank : int
        How many processes there are, and the place of this one. All of them make their groups at
        once, and wait for each other.
    identifier : bytes
        What `new_identifier` has returned in one of them.

    Raises
    ------
    DistributedError
        NCCL is not found, or fails.
    """

    def __init__(self, size: int, identifier: bytes, rank: int) -> None:
        self._nccl = load_nccl()
        self._kinds = {
            "float32": self._nccl.NCCL_FLOAT32,
            "float64": self._nccl.NCCL_FLOAT64,
            "int64": self._nccl.NCCL_INT64,
        }
        self._comm = self._call(self._nccl.NcclCommunicator, size, identifier, rank)

    def all_reduce(self, x: Array) -> None:
        """Add the arrays of all processes up, in place."""
        if x.size:
            address, kind = x.data.ptr, self._kinds[x.dtype.name]
            stream = cp.cuda.get_current_stream().ptr
            self._call(
                self._comm.allReduce, address, address, x.size, kind, self._nccl.NCCL_SUM, stream
            )

    def broadcast(self, x: Array, root: int) -> None:
        """Write the array of process `root` into those of all."""
        if x.size:
            address, kind = x.data.ptr, self._kinds[x.dtype.name]
            stream = cp.cuda.get_current_stream().ptr
            self._call(self._comm.broadcast, address, address, x.size, kind, root, stream)

    def check(self) -> None:
        """Raise `DistributedError` if what was enqueued has failed meanwhile."""
        self._call(self._comm.check_async_error)

    def destroy(self) -> None:
        """Give back what NCCL holds; every process does so."""
        cp.cuda.runtime.deviceSynchronize()
        self._comm.destroy()

    def _call(self, function: Any, *args: Any) -> Any:
        return _called(self._nccl, function, *args)


def load_nccl() -> Any:
    """CuPy's module for NCCL.

    Raises
    ------
    DistributedError
        It does not find the library.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # CuPy's, of a library that is not found
        from cupy.cuda import nccl
    if not nccl.available:
        major = cp.cuda.runtime.runtimeGetVersion() // 1000
        raise DistributedError(
            f"NCCL, which adds arrays of several GPUs up, is not found: pip install "
            f"nvidia-nccl-cu{major}"
        )
    return nccl


def new_identifier() -> bytes:
    """What the processes of a new group have in common, made in one of them.

    Raises
    ------
    DistributedError
        NCCL is not found, or fails.
    """
    nccl = load_nccl()
    identifier: bytes = _called(nccl, nccl.get_unique_id)
    return identifier


def _called(nccl: Any, function: Any, *args: Any) -> Any:
    try:
        return function(*args)
    except nccl.NcclError as error:
        raise DistributedError(
            f"NCCL: {error}; the environment variable NCCL_DEBUG=WARN makes it say more"
        ) from error
