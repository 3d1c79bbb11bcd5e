"""The plan of a product: cuBLAS reads the right entries, and what it cannot read has no plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from xpnet.backends.gemm_plan import Plan, gemm_plan

Matrix = np.ndarray[Any, Any]

LAYOUTS = {
    "contiguous": lambda x: x.copy(),
    "transposed": lambda x: x.T.copy().T,
    "rows of a wider matrix": lambda x: np.hstack([x, x, x])[:, : x.shape[1]],
    "every second row": lambda x: np.repeat(x, 2, axis=0)[::2],
    "columns of a higher matrix": lambda x: np.vstack([x, x]).T.copy().T[: x.shape[0]],
    "every second column of a transpose": lambda x: np.repeat(x.T, 2, axis=0)[::2].T,
}
"""What puts the entries of a matrix somewhere that cuBLAS can read."""


def plan_of(a: Matrix, b: Matrix) -> Plan | None:
    return gemm_plan(a.dtype, a.shape, a.strides, b.dtype, b.shape, b.strides)


def as_cublas_reads(x: Matrix, operation: int, lead: int, shape: tuple[int, int]) -> Matrix:
    """The column-major matrix ``op(memory of x)``, as the manual of cuBLAS defines it."""
    size = x.itemsize
    if operation == 0:
        return as_strided(x, shape, (size, lead * size))
    return as_strided(x, shape[::-1], (size, lead * size)).T


@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
@pytest.mark.parametrize("shape", [(4, 3, 5), (1, 3, 5), (4, 1, 5), (4, 3, 1), (1, 1, 1)], ids=str)
def test_cublas_reads_the_transposes_of_both(
    left: str, right: str, shape: tuple[int, int, int]
) -> None:
    m, k, n = shape
    rng = np.random.default_rng(0)
    a = LAYOUTS[left](rng.normal(size=(m, k)))
    b = LAYOUTS[right](rng.normal(size=(k, n)))
    plan = plan_of(a, b)
    assert plan is not None
    *operations, rows, columns, between, _ = plan.first
    assert (rows, columns, between) == (n, m, k)
    read = as_cublas_reads(b, operations[0], plan.b[1], (n, k))
    np.testing.assert_array_equal(read, b.T)
    read = as_cublas_reads(a, operations[1], plan.a[1], (k, m))
    np.testing.assert_array_equal(read, a.T)
    assert plan.b[1] >= (k if operations[0] else n)  # what cuBLAS demands of them
    assert plan.a[1] >= (m if operations[1] else k)
    assert plan.shape == (m, n)
    assert plan.result[1] == n


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_bytes_reach_to_the_last_entry(layout: str) -> None:
    x = LAYOUTS[layout](np.ones((4, 3), "float32"))
    plan = plan_of(x, np.ones((3, 2), "float32"))
    assert plan is not None
    first = x.__array_interface__["data"][0]
    assert plan.a_bytes == x[-1:, -1:].__array_interface__["data"][0] + x.itemsize - first
    assert plan.b_bytes == 3 * 2 * 4


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (1, 1)], ids=str)
def test_the_step_of_an_axis_of_length_1_does_not_matter(shape: tuple[int, int]) -> None:
    wide = np.zeros((9, 9))
    x = wide[:: 9 // shape[0], :: 9 // shape[1]][: shape[0], : shape[1]]
    assert plan_of(x, np.ones((shape[1], 2))) is not None
    assert plan_of(np.ones((2, shape[0])), x) is not None


@pytest.mark.parametrize(
    "make",
    {
        "rows backwards": lambda x: x[::-1],
        "columns backwards": lambda x: x[:, ::-1],
        "every second entry of a row": lambda x: np.repeat(x, 2, axis=1)[:, ::2],
        "one row again and again": lambda x: np.broadcast_to(x[:1], x.shape),
        "one column again and again": lambda x: np.broadcast_to(x[:, :1], x.shape),
        "windows that overlap": lambda x: as_strided(x, x.shape, (8, 8)),
        "steps of half an entry": lambda x: as_strided(x, x.shape, (28, 8)),
        "integers": lambda x: x.astype("int64"),
        "another dtype": lambda x: x.astype("float32"),
        "other sizes": lambda x: x[:-1, :-1].copy(),
        "a vector": lambda x: x[0],
        "a stack": lambda x: x[None],
        "a number": lambda x: x[0, 0],
        "nothing": lambda x: x[:0, :0],
        "no rows": lambda x: x[:0],
        "no columns": lambda x: x[:, :0],
    }.items(),
    ids=lambda item: item[0],
)
def test_what_is_no_single_call_has_no_plan(make: tuple[str, Any]) -> None:
    square = np.arange(9.0).reshape(3, 3)
    other = make[1](square)
    assert plan_of(square, square) is not None
    assert plan_of(square, other) is None
    assert plan_of(other, square) is None


def test_sizes_beyond_32_bits_have_no_plan() -> None:
    long = np.broadcast_to(np.ones(1), (2**31,))
    column = as_strided(long, (2**31, 1), (8, 8), writeable=False)
    assert plan_of(column, np.ones((1, 1))) is None
    assert plan_of(column[:-1], np.ones((1, 1))) is not None
    far_apart = as_strided(long, (2, 1), (8 * 2**31, 8), writeable=False)
    assert plan_of(far_apart, np.ones((1, 1))) is None


@pytest.mark.parametrize(
    ("dtype", "entries", "compute"), [("float16", 2, 68), ("float32", 0, 68), ("float64", 1, 70)]
)
def test_each_dtype_is_computed_in_its_own_or_in_float32(
    dtype: str, entries: int, compute: int
) -> None:
    plan = plan_of(np.ones((2, 2), dtype), np.ones((2, 2), dtype))
    assert plan is not None
    assert plan.a[0] == plan.b[0] == plan.result[0] == entries
    assert plan.result[2] == compute


@pytest.mark.parametrize(("dtype", "compute"), [("float16", 68), ("float32", 77), ("float64", 70)])
def test_tf32_is_for_float32_alone(dtype: str, compute: int) -> None:
    x = np.ones((2, 2), dtype)
    layout = x.dtype, x.shape, x.strides
    plan = gemm_plan(*layout, *layout, "tf32")
    assert plan is not None
    assert plan.result[2] == compute
