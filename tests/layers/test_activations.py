"""Relu and Sigmoid: the mask, the kink, the far ends, and arrays of every rank."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.layers import Relu, Sigmoid

SHAPES = [(), (3,), (2, 3), (2, 3, 4), (0, 3)]


def test_the_mask_is_where_the_input_is_not_positive(backend):
    relu = Relu()
    relu.forward(xpnet.asarray([[1.0, -0.5], [-2.0, 3.0]]))
    np.testing.assert_array_equal(xpnet.to_numpy(relu.mask), [[False, True], [True, False]])


def test_the_mask_is_all_that_relu_keeps(backend):
    relu = Relu()
    relu.forward(xpnet.asarray([1.0, -1.0]))
    assert list(vars(relu)) == ["mask"]
    assert relu.mask.dtype == bool


def test_at_zero_relu_is_closed(backend):
    relu = Relu()
    relu.forward(xpnet.asarray([0.0, -0.0]))
    np.testing.assert_array_equal(xpnet.to_numpy(relu.backward(xpnet.asarray([5.0, 5.0]))), [0, 0])


def test_the_least_normal_number_opens_relu(backend, dtype):
    relu = Relu()
    relu.forward(xpnet.asarray(np.array([np.finfo(dtype).tiny])))
    np.testing.assert_array_equal(xpnet.to_numpy(relu.backward(xpnet.asarray([5.0], dtype))), [5])


def test_relu_takes_infinities_as_they_are(backend):
    y = Relu().forward(xpnet.asarray([np.inf, -np.inf]))
    np.testing.assert_array_equal(xpnet.to_numpy(y), [np.inf, 0])


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_closed_relu_lets_no_nan_or_infinity_through(backend, bad):
    relu = Relu()
    relu.forward(xpnet.asarray([-1.0, 1.0]))
    dx = xpnet.to_numpy(relu.backward(xpnet.asarray([bad, 2.0])))
    np.testing.assert_array_equal(dx, [0, 2])


def test_relu_at_nan_passes_the_gradient_on(backend):
    relu = Relu()
    relu.forward(xpnet.asarray([np.nan]))
    assert xpnet.to_numpy(relu.backward(xpnet.asarray([2.0]))) == 2


def test_sigmoid_is_exact_far_from_zero(backend, dtype):
    sigmoid = Sigmoid()
    x = xpnet.asarray([-1000.0, 0.0, 1000.0, -np.inf, np.inf], dtype)
    np.testing.assert_array_equal(xpnet.to_numpy(sigmoid.forward(x)), [0, 0.5, 1, 0, 1])
    dx = sigmoid.backward(xpnet.asarray(np.ones(5, dtype)))
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [0, 0.25, 0, 0, 0])


def test_sigmoid_is_the_logistic_function(backend):
    x = np.linspace(-20, 20, 81)
    y = xpnet.to_numpy(Sigmoid().forward(xpnet.asarray(x)))
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-x)), rtol=1e-12, atol=1e-16)


def test_sigmoid_keeps_its_output_alone(backend):
    sigmoid = Sigmoid()
    y = sigmoid.forward(xpnet.asarray([1.0, -1.0]))
    assert list(vars(sigmoid)) == ["out"]
    np.testing.assert_array_equal(xpnet.to_numpy(sigmoid.out), xpnet.to_numpy(y))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("kind", [Relu, Sigmoid])
def test_an_array_of_any_rank_keeps_its_shape_there_and_back(backend, kind, shape):
    layer = kind()
    x = xpnet.asarray(np.full(shape, 2.0))
    y = layer.forward(x)
    dx = layer.backward(xpnet.asarray(np.full(shape, 3.0)))
    slope = 1.0 if kind is Relu else float(np.exp(-2) / (1 + np.exp(-2)) ** 2)
    assert y.shape == dx.shape == shape
    np.testing.assert_allclose(xpnet.to_numpy(dx), 3 * slope, rtol=1e-12)


@pytest.mark.parametrize("kind", [Relu, Sigmoid])
def test_the_output_of_a_single_number_can_be_handed_back(backend, kind):
    layer = kind()
    y = layer.forward(xpnet.asarray(2.0))
    assert layer.backward(y).shape == ()


@pytest.mark.parametrize("kind", [Relu, Sigmoid])
def test_a_number_is_no_gradient_of_an_array(backend, kind):
    layer = kind()
    layer.forward(xpnet.asarray([1.0, 2.0]))
    with pytest.raises(ShapeError, match=r"dout is \(\), the output was \(2,\)"):
        layer.backward(1)


@pytest.mark.parametrize("kind", [Relu, Sigmoid])
def test_a_list_is_refused_with_the_way_to_an_array(backend, kind):
    with pytest.raises(TypeError, match=rf"^{kind.__name__}: got a list.*xpnet\.asarray"):
        kind().forward([1.0, 2.0])
