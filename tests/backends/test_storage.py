"""What an optimizer asks of a backend before a step: whether and in which dtype it can be done."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend


def test_arrays_and_their_views_can_be_written(backend: Backend) -> None:
    x, none = xpnet.asarray(np.ones((3, 4))), xpnet.asarray(np.ones((3, 0)))
    for view in (none, x, x.T, x[::-1], x[:, ::2], x[:0], x[:, :0], x[0, 0:1], x[0].reshape(1, 4)):
        assert backend.is_writable(view) is True


def test_a_view_that_repeats_an_entry_cannot_be_written(backend: Backend) -> None:
    xp = backend.xp
    for shape in ((2,), (3, 2)):
        assert backend.is_writable(xp.broadcast_to(xpnet.asarray([1.0]), shape)) is False
    numbers = xpnet.asarray(np.arange(4.0))
    for shape, strides in (((2, 2), (0, 8)), ((3, 2), (8, 8)), ((2, 3), (8, 8)), ((2, 2), (8, -8))):
        start = numbers[1:] if min(strides) < 0 else numbers
        assert backend.is_writable(xp.lib.stride_tricks.as_strided(start, shape, strides)) is False


def test_read_only_arrays_of_numpy_cannot_be_written() -> None:
    x = np.ones(3)
    x.flags.writeable = False
    backend = xpnet.backend_of(x)
    assert backend.is_writable(x) is backend.is_writable(x[1:]) is False


def test_overlap_is_told_of_views_and_not_of_neighbours(backend: Backend) -> None:
    x, y = xpnet.asarray(np.arange(6.0)), xpnet.asarray(np.arange(6.0))
    for one, other in ((x, x), (x, x[::-1]), (x[2:], x[:3]), (x[:1].reshape(()), x)):
        assert backend.overlap(one, other) is True
        assert backend.overlap(other, one) is True
    for one, other in ((x, y), (x[:3], x[3:]), (x[1:], y[1:])):
        assert backend.overlap(one, other) is False


def test_a_step_is_done_in_float32_or_more(backend: Backend) -> None:
    found = {
        dtype: str(backend.step_dtype(xpnet.asarray([1.0], dtype)))
        for dtype in ("float16", "float32", "float64")
    }
    assert found == {"float16": "float32", "float32": "float32", "float64": "float64"}


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_smallest_number_is_above_zero_and_half_of_it_is_not(
    backend: Backend, dtype: str
) -> None:
    smallest = backend.smallest(xpnet.asarray([1.0], dtype))
    assert smallest == float(np.finfo(dtype).smallest_subnormal)
    assert xpnet.to_numpy(xpnet.asarray([smallest, smallest / 2], dtype)).tolist() == [smallest, 0]
