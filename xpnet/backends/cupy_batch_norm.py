"""Batch normalisation on CUDA: one kernel forward, one backward, one in inference."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cupy as cp

from xpnet.backends.cupy_kernels import C_TYPES
from xpnet.backends.storage import Array

__all__ = ["backward", "forward", "inference", "takes"]

SOURCE = (Path(__file__).parent / "batch_norm.cu").read_text()
COLUMNS, LANES = 32, 32
"""Of a block; each thread takes every 32nd row of one column."""

inference = cp.ElementwiseKernel(
    "T x, T gamma, T beta, T mean, T var, T eps",
    "T y",
    "y = (x - mean) * (gamma / sqrt(var + eps)) + beta",
    "xpnet_batch_norm_inference",
)


def takes(x: Array, others: Sequence[Array], written: Sequence[Array] = ()) -> bool:
    """Whether the kernels are written for these arrays: one dtype, and no empty batch."""
    arrays = (*others, *written)
    one_dtype = x.dtype.name in ("float32", "float64") and all(a.dtype == x.dtype for a in arrays)
    return one_dtype and x.size > 0 and all(a.flags.c_contiguous for a in written)


def forward(
    x: Array, gamma: Array, beta: Array, running: Sequence[Array], momentum: float, eps: float
) -> tuple[Array, Array, Array]:
    """As `Backend.batch_norm`."""
    x, gamma, beta = map(cp.ascontiguousarray, (x, gamma, beta))
    rows, columns = x.shape
    y, x_hat, inv_std = cp.empty_like(x), cp.empty_like(x), cp.empty_like(gamma)
    number = x.dtype.type
    unbias = number(rows / (rows - 1)) if running else number(0)
    mean, var = running or (inv_std, inv_std)  # which is not written where unbias is 0
    numbers = cp.int64(rows), cp.int64(columns), number(momentum), number(eps), unbias
    written = y, x_hat, inv_std, mean, var
    _launch("batch_norm", x.dtype, columns, (x, gamma, beta, *numbers, *written))
    return y, x_hat, inv_std


def backward(
    dout: Array, gamma: Array, x_hat: Array, inv_std: Array, grads: Sequence[Array]
) -> Array:
    """As `Backend.batch_norm_grad`."""
    read = tuple(map(cp.ascontiguousarray, (dout, gamma, x_hat, inv_std)))
    rows, columns = dout.shape
    dx = cp.empty_like(read[0])
    sizes = cp.int64(rows), cp.int64(columns)
    _launch("batch_norm_grad", dout.dtype, columns, (*read, *sizes, dx, *grads))
    return dx


def _launch(name: str, dtype: Any, columns: int, arguments: tuple[Any, ...]) -> None:
    blocks = -(-columns // COLUMNS)
    _kernel(name, dtype.name)((blocks,), (COLUMNS, LANES), arguments)


@cache
def _kernel(name: str, dtype: str) -> Any:
    return cp.RawKernel(f"typedef {C_TYPES[dtype]} T;\n{SOURCE}", name)
