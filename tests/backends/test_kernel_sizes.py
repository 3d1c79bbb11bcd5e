"""Kernels over more rows, blocks and bytes than 16 and 32 bits count."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.optimizers import Optimizer

from .primitive_calls import Plain, called, laid_out
from .primitive_cases import OPTIMIZERS, numbers
from .test_base import TOLERANCE

ROWS = 70_001
BEYOND = 2**31
PRIMITIVES = """relu relu_with_mask relu_grad sigmoid sigmoid_grad tanh_grad leaky_relu
leaky_relu_grad softmax_with_loss cross_entropy_rows softmax_with_loss_grad mean_squared_error
squared_error_rows cast gather"""
SOFTMAX, ERRORS, MEAN = (
    (Path(xpnet.__file__).parent / "backends" / f"{name}.cu").read_text()
    for name in ("softmax_with_loss", "squared_error", "mean_in_order")
)
ROWS_SOURCES = {"softmax_with_loss": SOFTMAX + MEAN, "squared_error": ERRORS + MEAN}


def host(x: Any) -> Any:
    return np.asarray(xpnet.to_numpy(x))


def many_rows(primitive: str, columns: int) -> tuple[Any, ...]:
    """Arguments of 70,001 rows, made on the host."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, ROWS, columns))
    t = rng.integers(0, columns, ROWS)
    return {
        "relu": (x,),
        "relu_with_mask": (x,),
        "relu_grad": (y, x <= 0),
        "sigmoid": (x,),
        "sigmoid_grad": (y, np.tanh(x)),
        "tanh_grad": (y, np.tanh(x)),
        "leaky_relu": (x, 0.1),
        "leaky_relu_grad": (y, x, 0.1),
        "softmax_with_loss": (x, t),
        "cross_entropy_rows": (x, t),
        "softmax_with_loss_grad": (abs(x), t),
        "mean_squared_error": (x, y),
        "squared_error_rows": (x, y),
        "cast": (x, np.dtype("float32"), 0.5),
        "gather": (x, t, rng.permutation(ROWS), np.dtype("float32"), 0.5),
    }[primitive]


def placed(arguments: tuple[Any, ...], dtype: str, layout: str) -> tuple[Any, ...]:
    return tuple(
        laid_out(a.astype(dtype) if a.dtype.kind == "f" else a, layout)
        if isinstance(a, np.ndarray)
        else a
        for a in arguments
    )


@pytest.mark.parametrize(("columns", "layout"), [(1, "contiguous"), (3, "transposed")])
@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("primitive", PRIMITIVES.split())
def test_70_001_rows_give_what_the_base_gives(
    cupy_backend: Backend, primitive: str, dtype: str, columns: int, layout: str
) -> None:
    arguments = many_rows(primitive, columns)
    expected = called(primitive, Plain(cupy_backend), placed(arguments, dtype, "contiguous"))
    found = called(primitive, cupy_backend, placed(arguments, dtype, layout))
    for result, wanted in zip(found, expected, strict=True):
        if wanted is not None:
            np.testing.assert_allclose(host(result), host(wanted), **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_70_001_rows_are_updated_as_the_base_does(
    cupy_backend: Backend, optimizer: Optimizer, dtype: str
) -> None:
    rule, values = optimizer.current_rule, numbers(optimizer, 3)
    content = abs(np.random.default_rng(0).normal(size=(2 + len(rule.state), ROWS, 3)))
    updated = []
    for kind in (Plain(cupy_backend), cupy_backend):
        param, grad, *state = placed(tuple(content), dtype, "contiguous")
        updated.append(called("update", kind, (rule, param, grad, state, values)))
    for result, wanted in zip(*updated, strict=True):
        if wanted is not None:
            np.testing.assert_allclose(host(result), host(wanted), **TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_more_blocks_than_65_535(cupy_backend: Backend, dtype: str) -> None:
    rows = 4 * 65_536 + 1
    scores = np.zeros((rows, 2), dtype)
    scores[-1] = 3, 0
    loss, y, dx = cupy_backend.softmax_with_loss(
        xpnet.asarray(scores), xpnet.asarray(np.ones(rows, "int8"))
    )
    assert (host(y)[:-1] == 0.5).all()
    np.testing.assert_allclose(host(y)[-1, 0], 1 / (1 + np.exp(-3)), rtol=1e-6)
    np.testing.assert_allclose(host(dx)[:-1, 1] * rows, -0.5, rtol=1e-6)
    # a mean of equal losses, added one after the other in float32, is off in the fifth digit
    wanted = ((rows - 1) * np.log(2) + np.log1p(np.exp(3))) / rows
    np.testing.assert_allclose(float(loss), wanted, rtol=2e-7)


@pytest.mark.parametrize("scale", [None, 0.5])
def test_gather_counts_beyond_32_bits(cupy_backend: Backend, scale: float | None) -> None:
    # 2.8e9 entries over 40,001 bytes: every row is the same memory, so that an address cut to
    # 32 bits gives another column
    cp, columns = cupy_backend.xp, 40_001
    row = np.resize(np.arange(251, dtype=np.uint8), columns)
    x = cp.lib.stride_tricks.as_strided(xpnet.asarray(row), (ROWS, columns), (0, 1))
    assert x.size > BEYOND
    index = xpnet.asarray(np.array([ROWS - 1, 0, -1, 53_688]))
    batch, labels = cupy_backend.gather(x, x, index, np.dtype("float32"), scale)
    np.testing.assert_array_equal(host(batch), np.tile(row * np.float32(scale or 1), (4, 1)))
    np.testing.assert_array_equal(host(labels), np.tile(row, (4, 1)))


def test_gather_of_contiguous_memory_beyond_32_bits(cupy_backend: Backend) -> None:
    cp = cupy_backend.xp
    name = cp.cuda.runtime.getDeviceProperties(0)["name"].lower()
    if b"emulat" in name:
        pytest.skip("2.8 GB: on a GPU only, the virtual array above has the same arithmetic")
    if cp.cuda.runtime.memGetInfo()[0] < 4e9:
        pytest.skip("needs 4 GB of free device memory")
    x = cp.zeros((ROWS, 40_001), "uint8")
    x[-1] = 7
    batch, _ = cupy_backend.gather(x, cp.arange(ROWS), cp.array([ROWS - 1, 0]), np.dtype("float32"))
    assert host(batch).max(axis=1).tolist() == [7, 0]
    assert host(batch).min(axis=1).tolist() == [7, 0]


# scores beyond 2^31 entries are 8 GB and more: here the types speak


def narrow(code: str) -> set[str]:
    """What a kernel declares in 32 bits, or casts to them, by name; "" is an expression."""
    code = re.sub(r"//.*", "", code)
    return set(re.findall(r"\b(?:int|unsigned|short|u?int32(?:_t)?)\b\)? ?(\w*)", code))


def assert_addressed_in_64_bits(source: str) -> None:
    """Only flags, lanes and steps within a block are short."""
    assert narrow(source) <= {"labels_are_rows", "warp", "lane", "k", "half"}
    assert "(long long)blockIdx.x * " in source


@pytest.mark.parametrize("name", ROWS_SOURCES)
def test_rows_are_addressed_in_64_bits(name: str) -> None:
    assert_addressed_in_64_bits(ROWS_SOURCES[name])


@pytest.mark.parametrize(
    ("wide", "planted"),
    [
        ("const long long row =", "const int row ="),
        ("const long long at =", "const int at ="),
        ("const long long columns,", "const int columns,"),
        ("const long long count,", "const unsigned count,"),
        ("const long long label =", "const int label ="),
        ("for (long long i = threadIdx.x;", "for (int i = threadIdx.x;"),
        ("= row * columns;", "= (int)(row * columns);"),
        ("(long long)blockIdx.x *", "blockIdx.x *"),
    ],
)
def test_an_index_of_32_bits_is_found(wide: str, planted: str) -> None:
    sources = [source for source in ROWS_SOURCES.values() if wide in source]
    assert sources
    for source in sources:
        assert source.count(wide) == 1
        with pytest.raises(AssertionError):
            assert_addressed_in_64_bits(source.replace(wide, planted))


@pytest.mark.parametrize("name", ["gather", "label_grad"])
def test_entries_are_addressed_in_64_bits(cupy_backend: Backend, name: str) -> None:
    from xpnet.backends import cupy_kernels

    kernel = getattr(cupy_kernels, name)
    assert not narrow(kernel.operation)
    assert narrow(kernel.operation.replace("const long long ", "const int ", 1))
    given = {p.name: p.dtype for p in kernel.params if p.dtype is not None}
    assert given.pop("rows") == np.int64
    assert set(given.values()) == {np.dtype(np.int64)}
