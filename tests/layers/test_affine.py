"""Affine: the shapes it takes, the parameters it shares, gradients that are new each time."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, OptionError, ShapeError
from xpnet.layers import Affine, Layer
from xpnet.networks import MultiLayerNet


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@pytest.fixture
def W(backend):
    return xpnet.asarray(numbers(6, 3, seed=1))


@pytest.fixture
def b(backend):
    return xpnet.asarray(numbers(3, seed=2))


@pytest.fixture
def affine(W, b):
    return Affine(W, b)


def test_one_row_gives_one_row(affine, W, b):
    x, dout = numbers(6), numbers(3)
    y = affine.forward(xpnet.asarray(x))
    dx = affine.backward(xpnet.asarray(dout))
    host_W = xpnet.to_numpy(W)
    np.testing.assert_allclose(xpnet.to_numpy(y), x @ host_W + xpnet.to_numpy(b))
    np.testing.assert_allclose(xpnet.to_numpy(dx), host_W @ dout)
    np.testing.assert_allclose(xpnet.to_numpy(affine.dW), np.outer(x, dout))
    np.testing.assert_allclose(xpnet.to_numpy(affine.db), dout)


def test_images_are_flattened_and_their_gradient_has_their_shape(affine):
    images, dout = numbers(4, 2, 3), xpnet.asarray(numbers(4, 3))
    y = affine.forward(xpnet.asarray(images))
    dx, dW = affine.backward(dout), affine.dW
    flat_y = affine.forward(xpnet.asarray(images.reshape(4, 6)))
    flat_dx = affine.backward(dout)
    assert dx.shape == (4, 2, 3)
    np.testing.assert_allclose(xpnet.to_numpy(y), xpnet.to_numpy(flat_y))
    np.testing.assert_allclose(xpnet.to_numpy(dx).reshape(4, 6), xpnet.to_numpy(flat_dx))
    np.testing.assert_allclose(xpnet.to_numpy(dW), xpnet.to_numpy(affine.dW))


@pytest.mark.parametrize("shape", [(8, 7), (5,), (12,), (3, 4), (6, 6, 6), ()], ids=str)
def test_a_wrong_width_is_refused_with_both_shapes(affine, shape):
    with pytest.raises(ShapeError) as caught:
        affine.forward(xpnet.asarray(np.ones(shape)))
    assert str(caught.value) == f"Affine: x is {shape}, W takes (N, 6); check input_size"


@pytest.mark.parametrize("shape", [(5,), (), (0,)], ids=str)
def test_numbers_are_no_rows_of_one(backend, shape):
    affine = Affine(xpnet.asarray(np.ones((1, 2))), xpnet.asarray(np.ones(2)))
    with pytest.raises(ShapeError, match=r"Affine: x is \(.*W takes \(N, 1\)"):
        affine.forward(xpnet.asarray(np.ones(shape)))


@pytest.mark.parametrize(
    ("w_shape", "b_shape"), [((6,), (3,)), ((6, 3), (6,)), ((6, 3), (1, 3)), ((2, 6, 3), (3,))]
)
def test_parameters_that_do_not_fit_are_refused_with_both_shapes(backend, w_shape, b_shape):
    with pytest.raises(ShapeError) as caught:
        Affine(xpnet.asarray(np.ones(w_shape)), xpnet.asarray(np.ones(b_shape)))
    assert f"W is {w_shape}, b is {b_shape}" in str(caught.value)


@pytest.mark.parametrize(("name", "types"), [("W", ("int64", "float64")), ("b", ("f4", "int32"))])
def test_integers_cannot_learn(backend, name, types):
    with pytest.raises(TypeError, match=rf"^Affine: {name} is int.*xpnet\.asarray\({name}, "):
        Affine(xpnet.asarray(np.ones((2, 3)), types[0]), xpnet.asarray(np.ones(3), types[1]))


def test_parameters_of_two_backends_are_refused(W, b, elsewhere):
    with pytest.raises(MixedBackendError, match=r"Affine: W is a .* array.*b is a \w+ array"):
        Affine(W, elsewhere(b))


def test_the_arrays_given_are_the_parameters(affine, W, b):
    assert affine.W is W is affine.params["W"]
    assert affine.b is b is affine.params["b"]


def test_a_step_on_the_callers_array_reaches_the_layer(affine, W):
    x = xpnet.asarray(np.eye(6))
    before = xpnet.to_numpy(affine.apply(x))
    W -= 0.5
    np.testing.assert_allclose(xpnet.to_numpy(affine.apply(x)), before - 0.5)


def test_assigning_a_parameter_writes_into_the_same_array(affine, W, b):
    affine.W = xpnet.asarray(np.full((6, 3), 2.0))
    affine.b -= 1
    assert affine.W is W
    assert affine.b is b
    np.testing.assert_array_equal(xpnet.to_numpy(W), 2)
    np.testing.assert_allclose(xpnet.to_numpy(b), numbers(3, seed=2) - 1)


def test_assigning_another_shape_is_refused(affine):
    with pytest.raises(ShapeError, match=r"\(6, 3\).*\(3,\)"):
        affine.W = affine.b


def test_there_are_no_gradients_before_the_first_backward(affine):
    affine.forward(xpnet.asarray(numbers(2, 6)))
    assert affine.dW is None
    assert affine.db is None


def test_each_backward_makes_new_gradients(affine):
    x, dout = xpnet.asarray(numbers(2, 6)), xpnet.asarray(numbers(2, 3))
    affine.forward(x)
    affine.backward(dout)
    first, kept = affine.dW, xpnet.to_numpy(affine.dW).copy()
    affine.backward(2 * dout)
    np.testing.assert_array_equal(xpnet.to_numpy(first), kept)
    np.testing.assert_allclose(xpnet.to_numpy(affine.dW), 2 * kept)


@pytest.mark.parametrize("x_type", ["float64", "int64", "uint8"])
def test_gradients_keep_the_dtype_of_the_parameters(backend, x_type):
    affine = Affine(xpnet.asarray(np.ones((6, 3)), "f4"), xpnet.asarray(np.ones(3), "f4"))
    affine.forward(xpnet.asarray(np.ones((2, 6)), x_type))
    affine.backward(xpnet.asarray(np.ones((2, 3)), "float64"))
    np.testing.assert_array_equal(xpnet.to_numpy(affine.dW), 2)
    assert str(affine.dW.dtype) == str(affine.db.dtype) == "float32"


def test_backward_params_returns_nothing(affine):
    affine.forward(xpnet.asarray(numbers(2, 6)))
    assert affine.backward_params(xpnet.asarray(numbers(2, 3))) is None
    assert affine.dW.shape == (6, 3)


@pytest.mark.parametrize("shape", [(4, 6), (4, 2, 3)], ids=str)
def test_an_entry_of_W_reaches_the_rows_whose_input_is_not_zero(affine, shape):
    rows = numbers(*shape)
    rows.reshape(4, 6)[[0, 3], 2] = 0, np.nan
    reach = xpnet.to_numpy(affine.affected_rows("W", xpnet.asarray(rows)))
    assert reach.shape == (6, 4)
    assert reach[2].tolist() == [False, True, True, True]
    assert reach[[0, 1, 3, 4, 5]].all()
    assert affine.affected_rows("b", xpnet.asarray(rows)) is None


@pytest.mark.parametrize("name", ["W", "b"])
@pytest.mark.parametrize("shape", [(4, 6), (1, 6), (4, 2, 3)], ids=str)
def test_nudged_is_one_nudge_at_a_time(affine, name, shape):
    x, size = xpnet.asarray(numbers(*shape)), affine.params[name].size
    index = [size - 1, 0, size // 2, 1]
    y = affine.apply(x)
    kept = xpnet.to_numpy(y).copy()
    fast = affine.perturbed(name, index, 0.25, x, y)
    plain = Layer.perturbed(affine, name, index, 0.25, x, y)
    assert fast.shape == (4, shape[0], 3)
    np.testing.assert_allclose(xpnet.to_numpy(fast), xpnet.to_numpy(plain), rtol=1e-12)
    np.testing.assert_array_equal(xpnet.to_numpy(y), kept)


def test_a_number_is_no_gradient_of_a_batch(affine):
    affine.forward(xpnet.asarray(numbers(2, 6)))
    with pytest.raises(ShapeError, match=r"Affine: dout is \(\), the output was \(2, 3\)"):
        affine.backward(1)


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)
def test_a_copy_has_parameters_and_gradients_of_its_own(affine, W, duplicate):
    x = xpnet.asarray(numbers(2, 6))
    before = xpnet.to_numpy(affine.apply(x))
    made = duplicate(affine)
    W += 1
    np.testing.assert_array_equal(xpnet.to_numpy(made.apply(x)), before)
    made.forward(x)
    made.backward(xpnet.asarray(numbers(2, 3)))
    assert affine.dW is None


def test_of_sizes_draws_the_weights_that_a_network_of_them_has(backend, dtype):
    net = MultiLayerNet(6, [5], 3, seed=7, dtype=dtype)
    rng = np.random.default_rng(7)
    for k, (fan_in, fan_out) in enumerate([(6, 5), (5, 3)], 1):
        layer = Affine.of(fan_in, fan_out, seed=rng, dtype=dtype)
        assert xpnet.backend_of(layer.W, layer.b) is backend
        assert (layer.W.dtype, layer.b.dtype) == (dtype, dtype)
        wanted = xpnet.to_numpy(net.params[f"W{k}"])
        np.testing.assert_array_equal(xpnet.to_numpy(layer.W), wanted)
        np.testing.assert_array_equal(xpnet.to_numpy(layer.b), np.zeros(fan_out))


@pytest.mark.parametrize(("init", "std"), [("he", 0.1), ("xavier", 0.1 / 2**0.5), (0.5, 0.5)])
def test_of_sizes_has_weights_of_the_spread_that_was_asked_for(init, std):
    layer = Affine.of(200, 300, init=init, seed=0)
    assert float(layer.W.std()) == pytest.approx(std, rel=0.02)


def test_of_sizes_makes_the_class_that_it_is_asked_of():
    class Own(Affine):
        pass

    assert type(Own.of(2, 3)) is Own


@pytest.mark.parametrize(
    ("sizes", "options", "message"),
    [
        ((0, 3), {}, "input_size: expected a whole number from 1 on, got 0"),
        ((2, 3.5), {}, "output_size: expected a whole number from 1 on, got 3.5"),
        ((2, 3), {"init": "best"}, "weight init: expected 'he', 'xavier' or a standard"),
        ((2, 3), {"seed": -1}, "seed: expected None, an integer"),
        ((2, 3), {"dtype": "float16"}, "dtype='float16': expected 'float32' or 'float64'"),
        ((10**9, 10**9), {}, "needs more than the"),
    ],
)
def test_of_sizes_refuses_what_makes_no_layer(sizes, options, message):
    with pytest.raises(OptionError, match=message):
        Affine.of(*sizes, **options)
