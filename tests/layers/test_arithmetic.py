"""MulLayer and AddLayer: numbers and arrays, in any order, broadcast and summed back."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from tests.strange_arrays import STRANGE, strange
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


class TestWholeNumbers:
    """They do not wrap around, whatever their type."""

    @pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32"])
    def test_products_and_sums_of_the_extremes_are_exact(self, backend, dtype):
        info = np.iinfo(dtype)
        ends = [info.min, info.max]
        x = xpnet.asarray(np.array(ends, dtype))
        product, total = MulLayer().forward(x, x), AddLayer().forward(x, x)
        # float64 rounds above 2**53, as it does for the square of a long integer
        assert xpnet.to_numpy(product).tolist() == [float(n) ** 2 for n in ends]
        assert xpnet.to_numpy(total).tolist() == [2 * n for n in ends]

    @pytest.mark.parametrize("dtype", ["int64", "uint64"])
    def test_the_longest_are_rounded_but_keep_their_size(self, backend, dtype):
        n = np.iinfo(dtype).max
        x = xpnet.asarray(np.array([n], dtype))
        assert float(AddLayer().forward(x, x)[0]) == pytest.approx(2 * n)
        assert float(MulLayer().forward(x, x)[0]) == pytest.approx(n**2)

    def test_truth_values_count_as_0_and_1(self, backend):
        x = xpnet.asarray([True, False])
        assert xpnet.to_numpy(AddLayer().forward(x, x)).tolist() == [2, 0]
        assert xpnet.to_numpy(MulLayer().forward(x, x)).tolist() == [1, 0]

    @pytest.mark.parametrize("number", [-5, 300, 10**30, np.uint8(250), np.int16(-3)])
    def test_a_number_beside_pixels_may_be_of_any_size(self, backend, number):
        x = xpnet.asarray([1, 200], "uint8")
        total, product = AddLayer().forward(x, number), MulLayer().forward(number, x)
        assert xpnet.to_numpy(total).tolist() == [float(n + int(number)) for n in (1, 200)]
        assert xpnet.to_numpy(product).tolist() == [float(n * int(number)) for n in (1, 200)]

    @pytest.mark.parametrize("dout", [-1, 300, np.uint8(200), np.float64(2)])
    def test_gradients_do_not_either(self, backend, dout):
        x, y, layer = xpnet.asarray([1, 200], "uint8"), xpnet.asarray([255, 3], "uint8"), MulLayer()
        layer.forward(x, y)
        dx, dy = (xpnet.to_numpy(gradient).tolist() for gradient in layer.backward(dout))
        assert (dx, dy) == (
            [float(dout) * n for n in (255, 3)],
            [float(dout) * n for n in (1, 200)],
        )

    def test_a_gradient_of_integers_is_widened_beside_floating_inputs(self, backend):
        layer = MulLayer()
        layer.forward(xpnet.asarray([0.5], "float32"), xpnet.asarray([200], "uint8"))
        dx, _ = layer.backward(xpnet.asarray([200], "uint8"))
        assert xpnet.to_numpy(dx).tolist() == [40000]

    def test_scalars_of_numpy_are_computed_as_integers_of_python(self):
        assert MulLayer().forward(np.uint8(200), np.uint8(200)) == 40000
        assert AddLayer().forward(np.int8(127), np.int8(127)) == 254

    def test_integers_of_python_stay_what_they_are(self):
        layer = MulLayer()
        prices = [layer.forward(100, 2), *layer.backward(np.int8(3)), AddLayer().forward(200, 450)]
        assert prices == [200, 6, 300, 650]
        assert {type(price) for price in prices} == {int}


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
@pytest.mark.parametrize("name", STRANGE)
def test_arrays_that_mean_something_else_are_refused(kind, name):
    for inputs in ((strange(name), 2.0), (np.ones((2, 3)), strange(name))):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}: {STRANGE[name]}"):
            kind().forward(*inputs)
    layer = kind()
    layer.forward(np.ones((2, 3)), 2.0)
    with pytest.raises(TypeError, match=rf"^{kind.__name__}: {STRANGE[name]}"):
        layer.backward(strange(name))


@pytest.mark.parametrize("kind", [MulLayer, AddLayer])
@pytest.mark.parametrize(
    "value",
    [
        1j,
        np.complex64(1),
        np.timedelta64(1, "s"),
        np.datetime64(1, "s"),
        np.str_("1"),
    ],
    ids=repr,
)
def test_a_scalar_that_is_no_real_number_is_refused(kind, value):
    for inputs in ((value, 2.0), (2.0, value), (np.ones(1), value)):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}: "):
            kind().forward(*inputs)
    for x in (np.ones(1), 3.0):
        layer = kind()
        layer.forward(x, 2.0)
        with pytest.raises(TypeError, match=rf"^{kind.__name__}: "):
            layer.backward(value)
