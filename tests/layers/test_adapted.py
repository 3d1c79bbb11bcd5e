"""as_layer: what a plain class gets without inheriting from Layer, and what of its own is used."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.layers import Layer, Relu
from xpnet.layers.adapted import as_layer, original


class Scale:
    """``y = x * s`` as the chapter would write it: no more than is needed."""

    def __init__(self, s):
        self.params, self.grads = {"s": s}, {}

    def forward(self, x):
        self.x = x
        return x * self.params["s"]

    def backward(self, dout):
        self.grads["s"] = (dout * self.x).sum(axis=0)
        return dout * self.params["s"]


class Bare:
    """Nothing but the two methods."""

    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class Whole(Bare):
    """All of the contract, and nothing inherited; each method says that it was called."""

    rowwise = True
    saved = ("x",)

    def __init__(self):
        self.called = []
        self.x = 5

    def apply(self, x):
        return -x

    def backward_params(self, dout):
        self.called.append(("backward_params", dout))

    def release(self):
        self.called.append("release")

    def affected_rows(self, name, x):
        return "rows", name, x

    def perturbed(self, name, index, h, x, y):
        return name, index, h, x, y


@pytest.fixture
def s(backend):
    return xpnet.asarray([2.0, 3.0])


@pytest.fixture
def x(backend):
    return xpnet.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])


def test_a_layer_is_taken_as_it_is():
    relu = Relu()
    assert as_layer(relu) is original(relu) is relu


def test_the_original_is_the_object_that_was_given():
    bare = Bare()
    layer = as_layer(bare)
    assert isinstance(layer, Layer)
    assert original(layer) is bare


def test_a_bare_class_gets_the_defaults_of_layer():
    layer = as_layer(Bare())
    assert (layer.forward(3), layer.backward(4), layer.apply(3)) == (6, 8, 6)
    assert layer.rowwise is False
    assert layer.saved == ()
    assert dict(layer.params) == dict(layer.grads) == {}
    assert layer.release() is layer.backward_params(1) is layer.affected_rows("s", 1) is None


def test_what_a_class_has_itself_is_used():
    own = Whole()
    layer = as_layer(own)
    assert (layer.rowwise, layer.saved, layer.apply(3)) == (True, ("x",), -3)
    assert layer.affected_rows("W", 1) == ("rows", "W", 1)
    assert layer.perturbed("W", [0], 0.1, 1, 2) == ("W", [0], 0.1, 1, 2)
    layer.backward_params(7)
    layer.release()
    assert own.called == [("backward_params", 7), "release"]
    assert own.x == 5


def test_release_forgets_what_a_class_lists_as_saved():
    own = Bare()
    own.saved, own.x, own.y = ("x",), 1, 2
    as_layer(own).release()
    assert (own.x, own.y) == (None, 2)


def test_apply_and_backward_params_fall_back_on_both_ways(s, x):
    layer = as_layer(Scale(s))
    np.testing.assert_array_equal(xpnet.to_numpy(layer.apply(x)), [[2, 6], [6, 12], [10, 18]])
    assert layer.backward_params(x) is None
    np.testing.assert_array_equal(xpnet.to_numpy(layer.grads["s"]), [35, 56])


def test_perturbed_moves_one_entry_at_a_time_and_puts_it_back(s, x):
    layer = as_layer(Scale(s))
    near = layer.perturbed("s", [1, 0], 0.5, x, layer.forward(x))
    wanted = [[[2, 7], [6, 14], [10, 21]], [[2.5, 6], [7.5, 12], [12.5, 18]]]
    np.testing.assert_array_equal(xpnet.to_numpy(near), wanted)
    np.testing.assert_array_equal(xpnet.to_numpy(s), [2, 3])


def test_parameters_stay_where_the_object_keeps_them(s):
    own = Scale(s)
    layer = as_layer(own)
    assert layer.params is own.params
    own.grads = {"s": s}  # another mapping at each backward, as some write it
    assert layer.grads is own.grads


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_is_of_the_object_too(copied):
    layer = as_layer(Scale(np.ones(2)))
    made = copied(layer)
    assert isinstance(made, Layer)
    assert type(original(made)) is Scale
    assert original(made) is not original(layer)
    assert made.params["s"].tolist() == [1, 1]


def test_what_an_object_says_of_training_is_used(s, x):
    class Noisy(Scale):
        rowwise, training_rowwise = True, False

        def apply_training(self, x):
            return 7 * x

    layer, plain = as_layer(Noisy(s)), as_layer(Scale(s))
    assert (layer.rowwise, layer.training_rowwise, plain.training_rowwise) == (True, False, False)
    np.testing.assert_array_equal(xpnet.to_numpy(layer.apply_training(x)), xpnet.to_numpy(7 * x))
    np.testing.assert_array_equal(
        xpnet.to_numpy(plain.apply_training(x)), xpnet.to_numpy(plain.forward(x))
    )
