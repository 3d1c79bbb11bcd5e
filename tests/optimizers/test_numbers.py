"""Numbers as parameters, as chapter 6 of the book compares optimizers: updated in the mapping."""

from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp

KINDS = [SGD, Momentum, AdaGrad, RMSProp, Adam]


def slope(params):
    """The gradient of ``x**2 / 20 + y**2``, of numbers or arrays."""
    return {"x": params["x"] / 10.0, "y": 2.0 * params["y"]}


def walk(optimizer, params, steps=20):
    for _ in range(steps):
        optimizer.update(params, slope(params))
    return [float(params["x"]), float(params["y"])]


@pytest.mark.parametrize("start", [(-7.0, 2.0), (-7, 2), (np.float64(-7), np.int64(2))], ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_go_where_arrays_go(kind, start):
    numbers = {"x": start[0], "y": start[1]}
    arrays = {"x": np.array(-7.0), "y": np.array(2.0)}
    assert walk(kind(lr=0.1), numbers) == walk(kind(lr=0.1), arrays)
    assert numbers["x"] != -7


def test_the_mapping_gets_new_numbers():
    params = {"x": -7.0, "y": 2}
    before = dict(params)
    SGD(lr=0.5).update(params, {"x": -0.5, "y": 1})
    assert params == {"x": -6.75, "y": 1.5}
    assert before == {"x": -7.0, "y": 2}
    assert {type(value) for value in params.values()} == {float}


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_dict_at_each_step_is_the_same_walk(kind):
    kept, fresh, optimizer = {"x": -7.0, "y": 2.0}, {"x": -7.0, "y": 2.0}, kind(lr=0.1)
    for _ in range(5):
        fresh = dict(fresh)
        optimizer.update(fresh, slope(fresh))
    assert walk(kind(lr=0.1), kept, 5) == [fresh["x"], fresh["y"]]


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble", "float16"])
def test_numbers_of_numpy_keep_their_dtype(dtype):
    params = {"x": np.dtype(dtype).type(1.5)}
    Momentum(lr=0.5).update(params, {"x": 1.0})
    assert params["x"] == 1
    assert params["x"].dtype == dtype


def test_a_fraction_becomes_a_float():
    params = {"x": Fraction(3, 2)}
    SGD(lr=0.5).update(params, {"x": Fraction(1, 2)})
    assert params == {"x": 1.25}


def test_gradients_of_numbers_may_be_arrays_without_axes_of_any_backend(backend):
    params = {"x": 1.0, "W": xpnet.asarray([1.0])}
    grads = {"x": xpnet.asarray(np.array(0.5)), "W": xpnet.asarray([0.5])}
    SGD(lr=0.5).update(params, grads)
    assert params["x"] == float(params["W"][0]) == 0.75
    assert xpnet.backend_of(params["W"]) is backend


@pytest.mark.parametrize(
    ("grad", "error"),
    [
        *((odd, ShapeError) for odd in (None, np.ones(1), [1.0], True, 1j)),
        *((odd, TypeError) for odd in (np.array(1), np.complex64(1))),
    ],
    ids=str,
)
def test_what_is_no_gradient_of_a_number_is_refused(grad, error):
    params = {"W": np.ones(2), "x": -7.0}
    with pytest.raises(error, match="x"):
        SGD().update(params, {"W": np.ones(2), "x": grad})
    assert params["x"] == -7
    assert params["W"].tolist() == [1, 1]


def test_numbers_in_a_mapping_that_cannot_be_written_are_refused():
    held = {"W": np.ones(2), "x": 1.0}
    wanted = "SGD: x is a number, .* and a mappingproxy cannot be written: pass a dict"
    with pytest.raises(TypeError, match=wanted):
        SGD().update(MappingProxyType(held), {"W": np.ones(2), "x": 1.0})
    assert held["W"].tolist() == [1, 1]


def test_nan_and_infinity_are_numbers():
    params = {"x": float("inf"), "y": float("nan")}
    SGD(lr=1).update(params, {"x": 1.0, "y": 1.0})
    assert params["x"] == float("inf")
    assert np.isnan(params["y"])
