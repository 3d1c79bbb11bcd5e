"""MulLayer and AddLayer: numbers and arrays, in any order, broadcast and summed back."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from xpnet.errors import ShapeError
from xpnet.layers import AddLayer, MulLayer

# the backend stays the same for all examples of a test
lenient = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
pairs_of_shapes = hnp.mutually_broadcastable_shapes(num_shapes=2, min_side=0, max_dims=3)
seeds = st.integers(0, 2**32 - 1)


def summed_back(dense, shape, wide):
    """The entries of `dense`, added up wherever broadcasting put the same entry of `shape`."""
    size = int(np.prod(shape))
    source = np.broadcast_to(np.arange(size).reshape(shape), wide)
    return np.bincount(source.ravel(), dense.ravel(), minlength=size).reshape(shape)


def as_input(host):
    """An array of the backend, and a Python number for a 0-d one."""
    return float(host) if host.ndim == 0 else xpnet.asarray(host)


@lenient
@given(shapes=pairs_of_shapes, seed=seeds, kind=st.sampled_from([MulLayer, AddLayer]))
def test_broadcast_gradients_are_those_of_a_dense_reference(backend, shapes, seed, kind):
    rng, wide = np.random.default_rng(seed), shapes.result_shape
    x, y = (np.asarray(rng.normal(size=shape)) for shape in shapes.input_shapes)
    dout = np.asarray(rng.normal(size=wide))
    layer = kind()
    out = layer.forward(as_input(x), as_input(y))
    dx, dy = (xpnet.to_numpy(gradient) for gradient in layer.backward(as_input(dout)))
    operation = operator.mul if kind is MulLayer else operator.add
    np.testing.assert_allclose(xpnet.to_numpy(out), operation(x, y), rtol=1e-14)
    dense = (dout * y, dout * x) if kind is MulLayer else (dout * np.ones(wide),) * 2
    for gradient, wanted, array in zip((dx, dy), dense, (x, y), strict=True):
        assert gradient.shape == array.shape
        reference = summed_back(np.broadcast_to(wanted, wide), array.shape, wide)
        np.testing.assert_allclose(gradient, reference, rtol=1e-12, atol=1e-13)


@lenient
@given(shapes=pairs_of_shapes, seed=seeds, kind=st.sampled_from([MulLayer, AddLayer]))
def test_one_number_stands_for_an_array_full_of_it(backend, shapes, seed, kind):
    rng = np.random.default_rng(seed)
    x, y = (xpnet.asarray(rng.normal(size=shape)) for shape in shapes.input_shapes)
    layer = kind()
    layer.forward(x, y)
    short = layer.backward(1.5)
    full = layer.backward(xpnet.asarray(np.full(shapes.result_shape, 1.5)))
    for one, other in zip(short, full, strict=True):
        np.testing.assert_allclose(xpnet.to_numpy(one), xpnet.to_numpy(other), rtol=1e-14)


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
def test_one_number_keeps_the_dtype_of_the_arrays(backend, kind):
    layer = kind()
    layer.forward(xpnet.asarray([1.0, 2.0], "float32"), 3.0)
    assert [str(gradient.dtype) for gradient in layer.backward(1)] == ["float32", "float32"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_number_beside_an_array_gets_the_sum_over_all_entries(backend, order):
    inputs = [xpnet.asarray([[1.0, 2.0], [3.0, 4.0]]), 10]
    layer = MulLayer()
    layer.forward(*(inputs[k] for k in order))
    gradients = layer.backward(xpnet.asarray([[1.0, 0.0], [0.0, 2.0]]))
    of_array, of_number = (xpnet.to_numpy(gradients[order.index(k)]) for k in (0, 1))
    np.testing.assert_array_equal(of_array, [[10, 0], [0, 20]])
    np.testing.assert_array_equal(of_number, 9)


@pytest.mark.parametrize(("kind", "wanted"), [(MulLayer, (14, 4)), (AddLayer, (2, 2))])
def test_numbers_need_no_array_and_stay_numbers(kind, wanted):
    layer = kind()
    layer.forward(2, 7)
    gradients = layer.backward(2)
    assert gradients == wanted
    assert [type(gradient) for gradient in gradients] == [int, int]


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
def test_shapes_that_do_not_broadcast_are_refused_with_both(backend, kind):
    x, y = xpnet.asarray(np.ones((2, 3))), xpnet.asarray(np.ones((2, 4)))
    with pytest.raises(ShapeError, match=rf"^{kind.__name__}: x is \(2, 3\), y is \(2, 4\)"):
        kind().forward(x, y)


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
def test_a_gradient_that_would_only_broadcast_is_refused(backend, kind):
    layer = kind()
    layer.forward(xpnet.asarray(np.ones((2, 3))), xpnet.asarray(np.ones((2, 3))))
    with pytest.raises(ShapeError, match=r"dout is \(3,\), the output was \(2, 3\)"):
        layer.backward(xpnet.asarray(np.ones(3)))


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
def test_lists_are_refused(backend, kind):
    with pytest.raises(TypeError, match=rf"^{kind.__name__}: got a list"):
        kind().forward([1.0], xpnet.asarray([1.0]))


def test_a_square_gets_both_halves_of_its_gradient(backend):
    x, layer = xpnet.asarray([3.0, -4.0]), MulLayer()
    layer.forward(x, x)
    dx, dy = layer.backward(1)
    np.testing.assert_array_equal(xpnet.to_numpy(dx + dy), [6, -8])
