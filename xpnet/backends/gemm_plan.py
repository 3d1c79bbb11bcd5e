"""How a product of row-major matrices is one call of ``cublasGemmEx``.

cuBLAS is column-major: in the memory of these arrays it sees their transposes. It is asked for
``out.T = b.T @ a.T``, and reads a matrix whose rows lie whole as it is, one whose columns do as
transposed.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any, NamedTuple

__all__ = ["Plan", "gemm_plan"]

R_32F, R_64F, R_16F = 0, 1, 2  # cudaDataType
COMPUTE_32F, COMPUTE_64F, COMPUTE_32F_FAST_TF32 = 68, 70, 77  # cublasComputeType_t
NOT_TRANSPOSED, TRANSPOSED = 0, 1  # cublasOperation_t
DEFAULT_ALGORITHM = -1  # cublasGemmAlgo_t
LARGEST = 2**31 - 1
"""Sizes are integers of 32 bits."""

KINDS: dict[str, tuple[int, int, type[Any]]] = {
    "float16": (R_16F, COMPUTE_32F, ctypes.c_float),
    "float32": (R_32F, COMPUTE_32F, ctypes.c_float),
    "float64": (R_64F, COMPUTE_64F, ctypes.c_double),
}
"""By dtype: the types of the entries, of the computation, and of the factors alpha and beta."""


class Plan(NamedTuple):
    """The arguments of ``cublasGemmEx``, in its order: the addresses stand between these.

    Attributes
    ----------
    first : operations, sizes and alpha
    b, a : types and leading dimensions
        The address of the array stands before each.
    beta : before the address of the result
    result : type, leading dimension, type of the computation, algorithm
    shape : of the result
    a_bytes, b_bytes : int
        From the first to behind the last entry of an array.
    """

    first: tuple[Any, ...]
    b: tuple[int, int]
    a: tuple[int, int]
    beta: Any
    result: tuple[int, ...]
    shape: tuple[int, int]
    a_bytes: int
    b_bytes: int


@lru_cache(maxsize=1024)
def gemm_plan(
    a_dtype: Any,
    a_shape: tuple[int, ...],
    a_strides: tuple[int, ...],
    b_dtype: Any,
    b_shape: tuple[int, ...],
    b_strides: tuple[int, ...],
    precision: str = "float32",
) -> Plan | None:
    """The plan for ``a @ b`` in a precision of `set_matmul_precision`; None where it is no call.

    It is one for two matrices that fit and are not empty, both of one dtype of `KINDS`, each with
    its rows or its columns whole in memory and in order.

    Examples
    --------
    >>> x, W = np.ones((100, 784), "float32"), np.ones((784, 50), "float32")
    >>> plan = gemm_plan(x.dtype, x.shape, x.strides, W.dtype, W.shape, W.strides)
    >>> plan.shape
    (100, 50)
    """
    names = KINDS.keys() & {a_dtype.name}
    if not names or a_dtype != b_dtype or len(a_shape) != 2 or len(b_shape) != 2:
        return None
    (m, k), (rows, n) = a_shape, b_shape
    if k != rows or m * n * k == 0 or max(m, n, k) > LARGEST:
        return None
    size = a_dtype.itemsize
    a, b = _read(a_shape, a_strides, size), _read(b_shape, b_strides, size)
    if a is None or b is None:
        return None
    kind, compute, factor = KINDS[a_dtype.name]
    if kind == R_32F and precision == "tf32":
        compute = COMPUTE_32F_FAST_TF32
    return Plan(
        first=(b[0], a[0], n, m, k, ctypes.byref(factor(1))),
        b=(kind, b[1]),
        a=(kind, a[1]),
        beta=ctypes.byref(factor(0)),
        result=(kind, n, compute, DEFAULT_ALGORITHM),
        shape=(m, n),
        a_bytes=_extent(a_shape, a_strides, size),
        b_bytes=_extent(b_shape, b_strides, size),
    )


def _read(shape: tuple[int, ...], strides: tuple[int, ...], size: int) -> tuple[int, int] | None:
    """The operation and the leading dimension by which cuBLAS reads a matrix, or None."""
    (rows, columns), (down, across) = shape, strides
    if across == size or columns == 1:
        lead = _lead(down if rows > 1 else columns * size, columns, size)
        if lead:
            return NOT_TRANSPOSED, lead
    if down == size or rows == 1:
        lead = _lead(across if columns > 1 else rows * size, rows, size)
        if lead:
            return TRANSPOSED, lead
    return None


def _lead(step: int, length: int, size: int) -> int | None:
    """A step in bytes between whole lines of so many entries as a leading dimension, or None."""
    fits = step % size == 0 and length <= step // size <= LARGEST
    return step // size if fits else None


def _extent(shape: tuple[int, ...], strides: tuple[int, ...], size: int) -> int:
    return size + sum((length - 1) * step for length, step in zip(shape, strides, strict=True))
