"""Matrix products by cuBLAS, through handles of this library's own.

CuPy's wrapper of cuBLAS refuses every call while a stream is captured into a CUDA graph. cuBLAS
itself takes part in a capture, if it is given a workspace and need not allocate one. So the
library that CuPy has loaded is called directly, by the same call with and without a capture,
which gives the same bits.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from ctypes import c_void_p
from functools import cache
from typing import Any

import cupy as cp

from xpnet.backends.gemm_plan import Plan, gemm_plan
from xpnet.backends.precision import get_matmul_precision
from xpnet.backends.storage import Array
from xpnet.errors import BackendError

__all__ = ["ROCM", "WORKSPACE", "Handle", "forget_handle", "free_unused", "handle", "product"]

ROCM: bool = cp.cuda.runtime.is_hip
"""Whether this CuPy is for AMD's GPUs, which have no cuBLAS: all products are left to CuPy."""
WORKSPACE = 32 * 2**20
"""Bytes of a stream's workspace: what cuBLAS's manual recommends for the GPUs that want most."""

FUNCTIONS = (
    *("cublasCreate_v2", "cublasDestroy_v2", "cublasSetStream_v2", "cublasSetWorkspace_v2"),
    "cublasGemmEx",
)

STATUSES = {
    1: "CUBLAS_STATUS_NOT_INITIALIZED",
    3: "CUBLAS_STATUS_ALLOC_FAILED",
    7: "CUBLAS_STATUS_INVALID_VALUE",
    8: "CUBLAS_STATUS_ARCH_MISMATCH",
    11: "CUBLAS_STATUS_MAPPING_ERROR",
    13: "CUBLAS_STATUS_EXECUTION_FAILED",
    14: "CUBLAS_STATUS_INTERNAL_ERROR",
    15: "CUBLAS_STATUS_NOT_SUPPORTED",
    16: "CUBLAS_STATUS_LICENSE_ERROR",
}

INSTALL = "pip install 'xpnet[cuda12]' or 'xpnet[cuda13]', whichever fits the driver"

_of_thread = threading.local()


class Handle:
    """A handle of cuBLAS. Two threads may not use one at a time: `handle` gives each its own.

    A stream's workspace is taken at the first product on it, and kept until the stream's object
    is gone. It is memory of the device that does not count as an array anywhere.

    Raises
    ------
    BackendError
        cuBLAS is not found, is too old, or refuses.
    """

    def __init__(self) -> None:
        library = _library()
        address = c_void_p()
        _check("cublasCreate_v2", library.cublasCreate_v2(ctypes.byref(address)))
        # not at the end of the process, where the driver may be gone
        weakref.finalize(self, library.cublasDestroy_v2, address).atexit = False
        self._library, self._address = library, address
        self._gemm = library.cublasGemmEx
        self._stream: Any = None
        # a stream of CuPy equals every other object of the same stream
        self._workspaces: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def gemm(self, plan: Plan, a: int, b: int, out: int) -> None:
        """One ``cublasGemmEx`` on the current stream, of arrays at these addresses.

        Raises
        ------
        BackendError
            cuBLAS refuses.
        MemoryError
            There is no room for the stream's workspace.
        """
        stream = cp.cuda.get_current_stream()
        if stream is not self._stream:
            self._move_to(stream)
        # without argtypes ctypes takes an int as C's int, in half the time that it takes with them
        status = self._gemm(
            self._address,
            *plan.first,
            *(c_void_p(b), *plan.b, c_void_p(a), *plan.a),
            *(plan.beta, c_void_p(out), *plan.result),
        )
        if status:
            _check("cublasGemmEx", status)

    def release_workspace(self, stream: Any) -> Any:
        """Take a stream's workspace out of this handle, and return its memory.

        The products in a CUDA graph use, at each launch, the workspace that the stream had during
        the capture. Who keeps the graph must keep that memory as long; the next product on the
        stream takes a workspace of its own. ::

            with stream:
                body()  # compiles kernels and takes the workspace, which a capture cannot
                stream.begin_capture()
                body()
                graph = stream.end_capture()
            workspace = cublas.handle().release_workspace(stream)

        Parameters
        ----------
        stream : cupy.cuda.Stream

        Returns
        -------
        cupy.cuda.MemoryPointer or None
            None where this thread has made no product on the stream.
        """
        self._stream = None
        return self._workspaces.pop(stream, None)

    def _move_to(self, stream: Any) -> None:
        """Go on on this stream, with its workspace."""
        workspace = self._workspaces.get(stream)
        if workspace is None:
            workspace = self._workspaces[stream] = _new_workspace()
        self._stream = None  # until both calls are done
        status = self._library.cublasSetStream_v2(self._address, c_void_p(stream.ptr))
        _check("cublasSetStream_v2", status)
        # after the stream, since setting that resets the workspace
        status = self._library.cublasSetWorkspace_v2(
            self._address, c_void_p(workspace.ptr), ctypes.c_size_t(WORKSPACE)
        )
        _check("cublasSetWorkspace_v2", status)
        self._stream = stream


def handle() -> Handle:
    """The handle of this thread, made at its first product and destroyed with the thread."""
    try:
        found: Handle = _of_thread.handle
    except AttributeError:
        found = _of_thread.handle = Handle()
    return found


def forget_handle() -> None:
    """Let the next product of this thread make a new handle, for the device that is current."""
    _of_thread.__dict__.clear()


def product(a: Array, b: Array, out: Array | None = None) -> Array | None:
    """``a @ b`` by one call of cuBLAS, or None where that is not possible.

    Parameters
    ----------
    a, b : cupy.ndarray
        What `gemm_plan` has a plan for.
    out : cupy.ndarray, optional
        C-contiguous, of the shape and dtype of the result, away from the memory of `a` and `b`.

    Returns
    -------
    cupy.ndarray or None
        `out`, or a new array.
    """
    if ROCM:
        return None
    layouts = a.dtype, a.shape, a.strides, b.dtype, b.shape, b.strides
    plan = gemm_plan(*layouts, get_matmul_precision())
    if plan is None:
        return None
    left, right = a.data.ptr, b.data.ptr
    if out is None:
        out = cp.ndarray(plan.shape, a.dtype)  # as cp.empty, a quarter of a microsecond sooner
    elif not _fits(out, plan, a.dtype, left, right):
        return None
    handle().gemm(plan, left, right, out.data.ptr)
    return out


def free_unused() -> None:
    """Give back the workspaces of streams and threads that are gone."""
    _pool().free_all_blocks()


def _fits(out: Any, plan: Plan, dtype: Any, a: int, b: int) -> bool:
    """Whether a product can be written into `out`."""
    if not isinstance(out, cp.ndarray) or out.dtype != dtype or out.shape != plan.shape:
        return False
    start, end = out.data.ptr, out.data.ptr + out.nbytes
    apart = (end <= a or a + plan.a_bytes <= start) and (end <= b or b + plan.b_bytes <= start)
    return apart and bool(out.flags.c_contiguous)


@cache
def _pool() -> Any:
    """Where workspaces come from, apart from CuPy's own pool, whose figures are those of arrays."""
    return cp.cuda.MemoryPool()


def _new_workspace() -> Any:
    """Memory for the products of the current stream."""
    free_unused()
    try:
        return _pool().malloc(WORKSPACE)
    except MemoryError:
        arrays = getattr(cp.cuda.get_allocator(), "__self__", None)
        if isinstance(arrays, cp.cuda.MemoryPool):
            arrays.free_all_blocks()  # what no array uses
        return _pool().malloc(WORKSPACE)


@cache
def _library() -> Any:
    """The cuBLAS that CuPy has loaded."""
    try:
        # imported late, at the first product
        from cuda import pathfinder

        path = pathfinder.load_nvidia_dynamic_lib("cublas").abs_path
        library = ctypes.CDLL(path)
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendError(
            f"cuBLAS cannot be loaded: {error}. Install CuPy with its libraries: {INSTALL}"
        ) from error
    missing = [name for name in FUNCTIONS if not hasattr(library, name)]
    if missing:
        raise BackendError(
            f"cuBLAS: expected version 11 or newer, got {path}, which has no {missing[0]}: "
            f"install a newer one: {INSTALL}"
        )
    return library


def _check(call: str, status: int) -> None:
    """Raise where a call of cuBLAS did not succeed."""
    if status:
        raise BackendError(f"{call}: {STATUSES.get(status, 'unknown status')} ({status})")
