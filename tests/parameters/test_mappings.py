"""The mappings beside Parameters: fresh gradients, a layer's scope, and places counted in rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import xpnet
from xpnet.errors import NetworkError, ShapeError
from xpnet.parameters import FreshGradients, NamedArrays, Parameters, Scope, place_of


@pytest.fixture
def params(backend):
    shapes = {"W1": (3, 5), "b1": 5, "W2": (5, 33)}
    return Parameters({name: xpnet.asarray(np.ones(shape)) for name, shape in shapes.items()})


def host(array):
    return np.asarray(xpnet.to_numpy(array))


def test_fresh_gradients_are_none_then_new_arrays_each_time(backend):
    grads = FreshGradients(NamedArrays({"W": xpnet.asarray(np.ones((2, 3)), "float32")}))
    assert dict(grads) == {"W": None}
    first, second = grads.target("W"), grads.target("W")
    assert grads["W"] is second is not first
    assert (second.shape, str(second.dtype)) == ((2, 3), "float32")


def test_fresh_gradients_refuse_what_cannot_be_a_gradient(backend):
    grads = FreshGradients(NamedArrays({"W": xpnet.asarray(np.ones((2, 3)))}))
    with pytest.raises(ShapeError, match=r"'W' has shape \(3,\), the parameter \(2, 3\)"):
        grads["W"] = xpnet.asarray(np.ones(3))
    with pytest.raises(NetworkError, match="'V' cannot be added"):
        grads["V"] = xpnet.asarray(np.ones((2, 3)))
    assert dict(grads) == {"W": None}


def test_a_scope_reads_and_writes_its_part_under_its_own_names(params):
    scope = Scope(params, {"W": "W1", "b": "b1"})
    assert list(scope) == ["W", "b"]
    assert scope["b"] is scope.target("b") is params["b1"]
    scope["b"] = [5, 4, 3, 2, 1]
    np.testing.assert_array_equal(host(params["b1"]), [5, 4, 3, 2, 1])


@pytest.mark.parametrize("name", ["V", "W2"])
def test_a_scope_refuses_names_that_are_not_its_own(params, name):
    before = host(params.flat).copy()
    with pytest.raises(NetworkError, match=f"'{name}' cannot be added: the parameters are W, b"):
        Scope(params, {"W": "W1", "b": "b1"})[name] = params["W2"] + 1
    np.testing.assert_array_equal(host(params.flat), before)


@given(st.lists(st.integers(0, 5), max_size=4), st.integers(0, 10**6))
def test_place_of_is_unravel_index(shape, entry):
    assume(math.prod(shape))
    entry %= math.prod(shape)
    assert place_of(entry, shape) == np.unravel_index(entry, shape)
