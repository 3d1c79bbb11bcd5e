"""The kernels of dropout: the bits of NumPy's generator, and sizes beyond 16 bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend


@pytest.fixture
def module(cupy_backend: Backend) -> Any:
    from xpnet.backends import cupy_dropout

    return cupy_dropout


@pytest.mark.parametrize("seed", [0, 2**64 + 3, 2**128 - 1])
@pytest.mark.parametrize("shape", [(), (0, 3), (7,), (8,), (9,), (70_001, 3)])
def test_masks_have_the_bits_of_numpys(module: Any, seed: int, shape: tuple[int, ...]) -> None:
    step, count = xpnet.asarray(np.array([2**33 + 1])), int(np.prod(shape))
    generator = np.random.Philox(counter=[0, 2**33 + 1, 0, 0], key=seed)
    words = generator.random_raw(count // 2 + 1).astype("<u8").view("<u4")[:count]
    expected = (words >= round(0.3 * 2**32)).reshape(shape)
    np.testing.assert_array_equal(xpnet.to_numpy(module.mask(shape, step, seed, 0.3)), expected)
    y, mask = module.forward(xpnet.asarray(np.ones(shape, "float32")), step, seed, 0.3)
    np.testing.assert_array_equal(xpnet.to_numpy(mask), expected)
    np.testing.assert_array_equal(xpnet.to_numpy(y) != 0, expected)


def test_the_gradient_goes_by_the_mask(module: Any) -> None:
    mask = xpnet.asarray(np.array([True, False]))
    dx = module.backward(xpnet.asarray(np.array([3.0, 3.0], "float32")), mask, 0.5)
    assert xpnet.to_numpy(dx).tolist() == [6, 0]
