"""LeakyRelu: its slope, the kink, what it keeps, and that it is PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.layers import LeakyRelu

inf, nan = np.inf, np.nan


@pytest.mark.parametrize("slope", [1e-3, 0.3, 1, 2.5])
def test_what_is_not_above_zero_is_multiplied_by_the_slope(backend, dtype, slope):
    layer = LeakyRelu(slope)
    x = np.array([-inf, -4.0, -0.5, 0.0, 0.5, inf, nan], dtype)
    y = layer.forward(xpnet.asarray(x))
    wanted = np.where(x <= 0, np.asarray(slope, dtype) * x, x)
    np.testing.assert_array_equal(xpnet.to_numpy(y), wanted)
    dx = layer.backward(xpnet.asarray(np.full(7, 3.0, dtype)))
    below = np.array([True, True, True, True, False, False, False])
    np.testing.assert_allclose(xpnet.to_numpy(dx), np.where(below, 3 * slope, 3), rtol=1e-6)


def test_it_lets_no_gradient_of_its_own_through_but_nan(backend):
    layer = LeakyRelu(0.5)
    layer.forward(xpnet.asarray([-1.0, 1.0, nan]))
    dx = layer.backward(xpnet.asarray([inf, nan, 2.0]))
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [inf, nan, 2])


def test_the_least_numbers_know_their_side(backend):
    tiny = np.finfo("float64").smallest_subnormal
    layer = LeakyRelu(0.1)
    layer.forward(xpnet.asarray([-tiny, tiny]))  # a tenth of the first is -0
    dx = layer.backward(xpnet.asarray([1.0, 1.0]))
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [0.1, 1])


def test_it_keeps_its_output_alone(backend):
    layer = LeakyRelu()
    y = layer.forward(xpnet.asarray([1.0, -1.0]))
    assert set(vars(layer)) == {"slope", "out"}
    np.testing.assert_array_equal(xpnet.to_numpy(layer.out), xpnet.to_numpy(y))


def test_integers_are_taken_as_float64(backend):
    y = LeakyRelu(0.5).forward(xpnet.asarray([-3, 2], "int8"))
    assert y.dtype == "float64"
    np.testing.assert_array_equal(xpnet.to_numpy(y), [-1.5, 2])


@pytest.mark.parametrize("slope", [0, -0.1, nan, inf, True, "0.1", None, 1j])
def test_a_slope_that_is_no_number_above_0_is_refused(slope):
    with pytest.raises(OptionError, match="slope: expected a number above 0, got"):
        LeakyRelu(slope)


@pytest.mark.parametrize("slope", [0.01, 0.3])
def test_values_and_gradients_are_pytorchs(backend, slope):
    torch = pytest.importorskip("torch", reason="values to compare with come from PyTorch")
    x, dout = np.random.default_rng(0).normal(0.0, 3.0, (2, 50, 7))
    theirs = torch.tensor(x, requires_grad=True)
    out = torch.nn.functional.leaky_relu(theirs, slope)
    out.backward(torch.tensor(dout))
    layer = LeakyRelu(slope)
    y, dx = layer.forward(xpnet.asarray(x)), layer.backward(xpnet.asarray(dout))
    np.testing.assert_allclose(xpnet.to_numpy(y), out.detach().numpy(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(dx), theirs.grad.numpy(), rtol=0, atol=1e-12)
