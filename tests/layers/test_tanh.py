"""Tanh: its far ends, what it keeps, and that it is PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.layers import Tanh


def test_far_from_zero_it_is_exactly_one_and_closed(backend, dtype):
    tanh = Tanh()
    x = xpnet.asarray([-1000.0, 0.0, 1000.0, -np.inf, np.inf], dtype)
    np.testing.assert_array_equal(xpnet.to_numpy(tanh.forward(x)), [-1, 0, 1, -1, 1])
    dx = tanh.backward(xpnet.asarray(np.full(5, 3.0, dtype)))
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [0, 3, 0, 0, 0])


def test_small_numbers_keep_their_digits(backend):
    x = xpnet.asarray([1e-300, -1e-12])
    np.testing.assert_array_equal(xpnet.to_numpy(Tanh().forward(x)), [1e-300, -1e-12])


def test_it_keeps_its_output_alone(backend):
    tanh = Tanh()
    y = tanh.forward(xpnet.asarray([1.0, -1.0]))
    assert list(vars(tanh)) == ["out"]
    np.testing.assert_array_equal(xpnet.to_numpy(tanh.out), xpnet.to_numpy(y))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "bool"])
def test_integers_are_taken_as_float64(backend, dtype):
    y = Tanh().forward(xpnet.asarray([0, 1], dtype))
    assert y.dtype == "float64"
    np.testing.assert_allclose(xpnet.to_numpy(y), np.tanh([0.0, 1.0]), rtol=1e-15)


def test_values_and_gradients_are_pytorchs(backend):
    torch = pytest.importorskip("torch", reason="values to compare with come from PyTorch")
    x, dout = np.random.default_rng(0).normal(0.0, 3.0, (2, 50, 7))
    theirs = torch.tensor(x, requires_grad=True)
    out = torch.tanh(theirs)
    out.backward(torch.tensor(dout))
    tanh = Tanh()
    y, dx = tanh.forward(xpnet.asarray(x)), tanh.backward(xpnet.asarray(dout))
    np.testing.assert_allclose(xpnet.to_numpy(y), out.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(dx), theirs.grad.numpy(), rtol=0, atol=1e-12)
