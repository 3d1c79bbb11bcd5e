"""Every primitive of every backend gives what the base gives, which is its definition."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend

from .primitive_calls import Plain, called, made
from .primitive_cases import CASES, WRITTEN

ABOUT_ARRAYS = {
    "asarray",
    "from_dlpack",
    "devices",
    "has_device",
    "use_device",
    "to_numpy",
    "synchronize",
    "owns",
    "takes",
    "dtype",
    "is_floating",
    "is_integer",
    "epsilon",
    "is_writable",
    "overlap",
    "step_dtype",
    "smallest",
    "flush_subnormals",
    "check_labels",
    "pool",
    "rows_at_once",
    "free_unused",
    "buffer_of",
    "threads",
    "few_threads",
    "capture",
    "step_feed",
}
"""No arithmetic: what they say and refuse is claimed in the other tests of this folder."""

TOLERANCE = {"float32": {"rtol": 3e-6, "atol": 1e-6}, "float64": {"rtol": 1e-13, "atol": 1e-14}}
HALF = {"rtol": 4e-3, "atol": 2e-3}
LAYOUTS = ["contiguous", "transposed", "reversed", "strided"]
NAMES = [(primitive, case) for primitive, cases in CASES.items() for case in cases]


def assert_same(result: Any, expected: Any, dtype: str, layout: str) -> None:
    if expected is None or type(expected) is float:
        assert type(result) is type(expected)
    if expected is not None:
        result, expected = xpnet.to_numpy(result), xpnet.to_numpy(expected)
        assert result.dtype == expected.dtype
        assert result.shape == expected.shape
        # in float64, where half precision has room for a tolerance
        result, expected = (np.asarray(x, "float64") for x in (result, expected))
        tolerance = HALF if dtype == "float16" else TOLERANCE[dtype]
        np.testing.assert_allclose(result, expected, **tolerance, err_msg=layout)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(("primitive", "case"), NAMES)
def test_primitive_gives_what_the_base_gives_however_arrays_lie(
    backend: Backend, primitive: str, case: str, dtype: str
) -> None:
    arguments = CASES[primitive][case]
    plain = tuple(made(argument, dtype, "contiguous") for argument in arguments)
    expected = called(primitive, Plain(backend), plain)
    for layout in LAYOUTS:
        own = tuple(made(argument, dtype, layout) for argument in arguments)
        for result, wanted in zip(called(primitive, backend, own), expected, strict=True):
            assert_same(result, wanted, dtype, layout)


@pytest.mark.parametrize(
    # an optimizer's step is done in float32 or more
    ("primitive", "case"),
    [(name, case) for name, case in NAMES if name != "update"],
)
def test_primitive_takes_half_precision(backend: Backend, primitive: str, case: str) -> None:
    arguments = CASES[primitive][case]
    expected, found = (
        called(primitive, kind, tuple(made(a, "float16", "contiguous") for a in arguments))
        for kind in (Plain(backend), backend)
    )
    for result, wanted in zip(found, expected, strict=True):
        assert_same(result, wanted, "float16", "contiguous")


@pytest.mark.parametrize("layout", ["contiguous", "transposed"])
@pytest.mark.parametrize(("primitive", "case"), NAMES)
def test_primitive_writes_only_where_it_says(
    backend: Backend, primitive: str, case: str, layout: str
) -> None:
    arguments = tuple(made(a, "float64", layout) for a in CASES[primitive][case])
    read = [
        argument
        for k, argument in enumerate(arguments)
        if isinstance(argument, backend.array_type) and k not in WRITTEN.get(primitive, ())
    ]
    before = [xpnet.to_numpy(argument).copy() for argument in read]
    results = called(primitive, backend, arguments)
    for argument, content in zip(read, before, strict=True):
        np.testing.assert_array_equal(xpnet.to_numpy(argument), content, strict=True)
    for result in results:
        assert_owns_itself(result, read, primitive)


def assert_owns_itself(result: Any, read: list[Any], primitive: str) -> None:
    """A result may be written into without changing what was read; a cast may be its input."""
    if isinstance(result, np.ndarray) and primitive != "cast":
        assert not any(np.may_share_memory(result, argument) for argument in read)


@pytest.mark.parametrize("primitive", sorted(CASES.keys() - {"floats", "dropout_mask"}))
def test_float32_stays_float32(backend: Backend, primitive: str) -> None:
    arguments = tuple(
        made(a, "float32", "contiguous") for a in next(iter(CASES[primitive].values()))
    )
    kinds = {
        xpnet.to_numpy(result).dtype.name
        for result in called(primitive, backend, arguments)
        if isinstance(result, (backend.array_type, np.generic))
    }
    counted = primitive == "count_correct"
    assert "float64" in kinds if counted else ("float64" not in kinds and "float32" in kinds)


def test_every_primitive_has_cases() -> None:
    assert methods(Backend) - ABOUT_ARRAYS == set(CASES)


def test_a_backend_replaces_primitives_and_adds_none(backend: Backend) -> None:
    assert methods(type(backend)) == methods(Backend)


def methods(kind: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"}


def test_assign_reads_memory_that_it_shares_as_it_was(backend: Backend) -> None:
    flat = xpnet.asarray(np.arange(1000.0))
    backend.assign(flat[1:], flat[:-1])
    assert xpnet.to_numpy(flat).tolist() == [0.0, *range(999)]
    backend.assign(flat, flat[::-1])
    assert xpnet.to_numpy(flat).tolist() == [*range(998, -1, -1), 0.0]


def test_assign_reads_its_own_transpose_as_it_was(backend: Backend) -> None:
    square = xpnet.asarray(np.arange(10_000.0).reshape(100, 100))
    expected = xpnet.to_numpy(square).T.copy()
    backend.assign(square, square.T)
    np.testing.assert_array_equal(xpnet.to_numpy(square), expected)
