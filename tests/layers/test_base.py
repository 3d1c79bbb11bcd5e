"""Layer: what a layer of one's own inherits."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError, NotForwardedError
from xpnet.layers import Affine, Gradient, Layer, Parameter, Relu


class Scale(Layer):
    """``y = x * s``, with all that `Layer` offers."""

    saved = ("x",)
    s, ds = Parameter(), Gradient()

    def __init__(self, s):
        self.add_params(s=s)
        self.x = None

    def forward(self, x):
        self.x = x
        return x * self.s

    def backward(self, dout):
        self.ds = (dout * self.get_saved("x")).sum(axis=0)
        return dout * self.s


@pytest.fixture
def s(backend):
    return xpnet.asarray([2.0, 3.0])


@pytest.fixture
def x(backend):
    return xpnet.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_add_params_takes_arrays_without_copying(s):
    layer = Scale(s)
    assert layer.params["s"] is layer.s is s
    assert list(layer.grads) == ["s"]


def test_params_belong_to_one_layer_alone(s):
    first, second = Scale(s), Scale(s + 1)
    assert (float(first.s[0]), float(second.s[0])) == (2.0, 3.0)
    assert dict(Layer.params) == dict(Layer.grads) == {}


def test_a_layer_without_add_params_has_no_parameters_and_takes_none(s):
    layer = Layer()
    assert len(layer.params) == len(layer.grads) == 0
    with pytest.raises(NetworkError, match="cannot be added"):
        layer.params["s"] = s


def test_descriptors_read_and_write_the_mappings(s, x):
    layer = Scale(s)
    layer.forward(x)
    layer.backward(x)
    np.testing.assert_array_equal(xpnet.to_numpy(layer.grads["s"]), [35, 56])
    layer.s = xpnet.asarray([7.0, 8.0])
    np.testing.assert_array_equal(xpnet.to_numpy(s), [7, 8])


def test_descriptors_of_the_class_are_themselves():
    assert isinstance(Scale.s, Parameter)
    assert isinstance(Scale.ds, Gradient)


@pytest.mark.parametrize("name", ["forward", "backward"])
def test_a_layer_must_define_both_ways(name):
    with pytest.raises(NotImplementedError, match=f"Layer must define {name}"):
        getattr(Layer(), name)(1)


def test_get_saved_gives_what_forward_saved_until_release(s, x):
    layer = Scale(s)
    layer.forward(x)
    assert layer.get_saved("x") is x
    layer.release()
    with pytest.raises(NotForwardedError, match=r"Scale\.backward before forward"):
        layer.get_saved("x")


def test_apply_is_forward_by_default(s, x):
    np.testing.assert_array_equal(xpnet.to_numpy(Scale(s).apply(x)), [[2, 6], [6, 12], [10, 18]])


def test_backward_params_is_backward_by_default(s, x):
    layer = Scale(s)
    layer.forward(x)
    assert layer.backward_params(x) is None
    np.testing.assert_array_equal(xpnet.to_numpy(layer.grads["s"]), [35, 56])


def test_perturbed_moves_one_entry_at_a_time_and_puts_it_back(s, x):
    layer = Scale(s)
    near = layer.perturbed("s", [1, 0], 0.5, x, layer.forward(x))
    wanted = [[[2, 7], [6, 14], [10, 21]], [[2.5, 6], [7.5, 12], [12.5, 18]]]
    np.testing.assert_array_equal(xpnet.to_numpy(near), wanted)
    np.testing.assert_array_equal(xpnet.to_numpy(s), [2, 3])


def test_perturbed_puts_an_entry_of_longdouble_back_to_the_bit():
    s = np.array([1, 2], np.longdouble) / 3
    before, x = s.copy(), np.ones((3, 2), np.longdouble)
    layer = Scale(s)
    layer.perturbed("s", [0, 1], 0.5, x, layer.forward(x))
    np.testing.assert_array_equal(s, before)


def test_perturbed_puts_the_entry_back_when_the_layer_raises(s, x):
    layer = Scale(s)
    with pytest.raises(ValueError, match="broadcast"):
        layer.perturbed("s", [0], 0.5, xpnet.asarray(np.ones((3, 5))), x)
    np.testing.assert_array_equal(xpnet.to_numpy(s), [2, 3])


def test_a_layer_prints_as_it_is_made_with_the_shapes_of_its_parameters(s):
    assert repr(Relu()) == "Relu()"
    assert repr(Scale(s)) == "Scale(s=(2,))"
    assert repr(Affine(np.ones((4, 3)), np.ones(3))) == "Affine(W=(4, 3), b=(3,))"


def test_the_training_function_is_apply_by_default(s, x):
    layer = Scale(s)
    layer.apply = lambda x: 7 * x
    np.testing.assert_array_equal(
        xpnet.to_numpy(layer.apply_training(x)), [[7, 14], [21, 28], [35, 42]]
    )


def test_perturbed_is_of_the_training_function(s, x):
    layer = Scale(s)
    layer.apply = abs
    layer.apply_training = layer.forward
    near = layer.perturbed("s", [1], 0.5, x, layer.forward(x))
    np.testing.assert_array_equal(xpnet.to_numpy(near), [[[2, 7], [6, 14], [10, 21]]])


def test_training_goes_row_by_row_where_inference_does_unless_the_layer_says_otherwise():
    class Rows(Relu):
        training_rowwise = False

    assert (Relu().rowwise, Relu().training_rowwise) == (True, True)
    assert (Layer().rowwise, Layer().training_rowwise) == (False, False)
    assert (Rows().rowwise, Rows().training_rowwise) == (True, False)
