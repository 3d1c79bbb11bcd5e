"""Integers that would wrap around are computed as what does not."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

import xpnet
from xpnet.layers.widening import is_scalar, widened

WHOLE = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool"]


@pytest.mark.parametrize("value", [1, 1.5, True, Decimal(1), np.float32(1), np.True_, np.int8(3)])
def test_numbers_of_python_and_scalars_of_numpy_are_scalars(value):
    assert is_scalar(value)


def test_arrays_are_none_not_even_of_one_entry(backend):
    assert not is_scalar(xpnet.asarray(1.0))
    assert not is_scalar([1.0])


@pytest.mark.parametrize("dtype", WHOLE)
def test_arrays_of_integers_alone_become_float64(backend, dtype):
    x, y = widened(xpnet.asarray([0, 1], dtype=dtype), xpnet.asarray([1, 1], dtype="uint8"))
    assert [str(array.dtype) for array in (x, y)] == ["float64", "float64"]
    assert xpnet.to_numpy(x).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("whole", "floating", "wanted"),
    [
        ("uint8", "float32", "float32"),
        ("int32", "float32", "float64"),
        ("int8", "float16", "float16"),
    ],
)
def test_beside_floating_point_numbers_they_become_what_such_a_pair_makes(
    backend, whole, floating, wanted
):
    x, y = widened(xpnet.asarray([3], dtype=whole), xpnet.asarray([0.5], dtype=floating))
    assert [str(array.dtype) for array in (x, y)] == [wanted, floating]


def test_what_floats_already_is_not_copied(backend):
    x, y = xpnet.asarray([1.0], "float32"), xpnet.asarray([1.0])
    assert [given is made for given, made in zip((x, y), widened(x, y), strict=True)] == [True] * 2


def test_among_numbers_integers_are_those_of_python():
    made = widened(np.uint8(200), np.True_, 10**30, 0.5, np.float32(2))
    assert made == [200, 1, 10**30, 0.5, 2]
    assert [type(value) for value in made] == [int, int, int, float, np.float32]


def test_a_number_beside_an_array_may_be_longer_than_64_bits(backend):
    x, n = widened(xpnet.asarray([2], "uint8"), 10**30)
    assert xpnet.to_numpy(x * n).tolist() == [2e30]
