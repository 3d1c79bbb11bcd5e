"""The functions without state: values, ranks, dtypes, labels of every kind."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from xpnet.errors import LabelError, MixedBackendError, OptionError, ShapeError
from xpnet.functions import (
    cross_entropy_error,
    one_hot,
    relu,
    sigmoid,
    softmax,
    weighted_labels,
)

lenient = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
scores = hnp.arrays(
    "float64",
    hnp.array_shapes(min_dims=1, max_dims=2, max_side=5),
    elements=st.floats(-1e3, 1e3),
)
Y = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]])


def host(array):
    return np.asarray(xpnet.to_numpy(array))


@pytest.mark.parametrize("shape", [(), (4,), (2, 3, 4), (0, 3)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("function", [relu, sigmoid])
def test_elementwise_functions_keep_shape_and_dtype(backend, function, shape, dtype):
    y = function(xpnet.asarray(np.ones(shape), dtype))
    assert (y.shape, str(y.dtype)) == (shape, dtype)


def test_relu_closes_at_zero_and_keeps_nan(backend):
    y = relu(xpnet.asarray([-1.0, 0.0, 2.0, np.nan, -np.inf, np.inf]))
    np.testing.assert_array_equal(host(y), [0, 0, 2, np.nan, 0, np.inf])


def test_sigmoid_cannot_overflow_and_keeps_nan(backend):
    y = sigmoid(xpnet.asarray([-1000.0, 0.0, 1000.0, np.nan]))
    np.testing.assert_array_equal(host(y), [0, 0.5, 1, np.nan])


@lenient
@given(x=scores)
def test_softmax_rows_are_probabilities_in_the_order_of_the_scores(backend, x):
    y = host(softmax(xpnet.asarray(x)))
    assert y.shape == x.shape
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-12)
    ranked = np.take_along_axis(y, np.argsort(x, axis=-1), axis=-1)
    assert (np.diff(ranked, axis=-1) >= 0).all()


@lenient
@given(x=scores, shift=st.floats(-1e3, 1e3))
def test_softmax_does_not_see_a_shift(backend, x, shift):
    moved = host(softmax(xpnet.asarray(x + shift)))
    np.testing.assert_allclose(moved, host(softmax(xpnet.asarray(x))), rtol=1e-9, atol=1e-300)


def test_softmax_is_each_rows_own_and_leaves_its_input(backend):
    x = xpnet.asarray([[0.0, math.log(3)], [1000.0, 1000.0]])
    np.testing.assert_allclose(host(softmax(x)), [[0.25, 0.75], [0.5, 0.5]], rtol=1e-14)
    np.testing.assert_array_equal(host(x), [[0, math.log(3)], [1000, 1000]])


def test_softmax_of_one_nan_is_nan_in_its_row_alone(backend):
    y = host(softmax(xpnet.asarray([[np.nan, 1.0], [1.0, 1.0]])))
    np.testing.assert_array_equal(y, [[np.nan, np.nan], [0.5, 0.5]])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_keeps_a_floating_dtype(backend, dtype):
    assert str(softmax(xpnet.asarray([1, 2], dtype)).dtype) == dtype


def test_softmax_takes_integers_as_float64(backend):
    y = softmax(xpnet.asarray([[1, 2, 3]]))
    wanted = np.exp([1.0, 2, 3]) / np.exp([1.0, 2, 3]).sum()
    assert str(y.dtype) == "float64"
    np.testing.assert_allclose(host(y), [wanted], rtol=1e-14)


def test_softmax_of_no_rows_is_no_rows(backend):
    assert softmax(xpnet.asarray(np.ones((0, 3)))).shape == (0, 3)


@pytest.mark.parametrize("shape", [(), (2, 3, 4), (0,), (3, 0)], ids=str)
def test_softmax_refuses_what_has_no_classes(backend, shape):
    with pytest.raises(ShapeError, match=r"softmax: x is \("):
        softmax(xpnet.asarray(np.ones(shape)))


@pytest.mark.parametrize(
    "t", [[2, 0], [[0, 0, 1], [1, 0, 0]], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]], ids=str
)
def test_cross_entropy_is_the_mean_logarithm_at_the_label(backend, t):
    loss = cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t))
    assert float(loss) == pytest.approx(-(math.log(0.7) + math.log(0.5)) / 2, rel=1e-14)


def test_cross_entropy_weighs_soft_rows(backend):
    t = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]])
    loss = cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t))
    assert float(loss) == pytest.approx(-(t * np.log(Y)).sum() / 2, rel=1e-14)


@pytest.mark.parametrize("t", [2, [2], [0, 0, 1]], ids=str)
def test_cross_entropy_of_one_row(backend, t):
    loss = cross_entropy_error(xpnet.asarray(Y[0]), xpnet.asarray(t))
    assert float(loss) == pytest.approx(-math.log(0.7), rel=1e-14)


def test_a_class_of_probability_zero_costs_nothing_unless_it_is_the_label(backend):
    sure = xpnet.asarray([[1.0, 0.0]])
    assert float(cross_entropy_error(sure, xpnet.asarray([0]))) == 0
    with np.errstate(divide="ignore"):
        assert float(cross_entropy_error(sure, xpnet.asarray([1]))) == math.inf


@pytest.mark.parametrize("t", [[2, 0], [[0, 0, 1], [1, 0, 0]], [[0.0, 0, 1], [1, 0, 0]]], ids=str)
def test_cross_entropy_has_the_dtype_of_the_probabilities(backend, t):
    loss = cross_entropy_error(xpnet.asarray(Y, "float32"), xpnet.asarray(t))
    assert str(loss.dtype) == "float32"


@pytest.mark.parametrize(
    ("y", "t"), [((2, 3), (3,)), ((2, 3), (2, 2)), ((0, 3), (0,)), ((2, 3), ()), ((3,), (2,))]
)
def test_cross_entropy_refuses_labels_that_do_not_fit(backend, y, t):
    with pytest.raises(ShapeError, match=r"cross_entropy_error: (y is \(.*t is|t is \(.*y is) \("):
        cross_entropy_error(xpnet.asarray(np.ones(y)), xpnet.asarray(np.ones(t, "int64")))


@pytest.mark.parametrize(
    ("y", "t"), [((2, 3, 4), (2, 3, 4)), ((2, 3, 4), (2,)), ((), ()), ((0,), ())]
)
def test_cross_entropy_refuses_what_is_no_rows_of_probabilities(backend, y, t):
    with pytest.raises(ShapeError, match=r"^cross_entropy_error: y is \(.*at least one row"):
        cross_entropy_error(xpnet.asarray(np.ones(y)), xpnet.asarray(np.ones(t, "int64")))


@pytest.mark.parametrize("t", [[2, 0], [[0, 0, 1], [1, 0, 0]], [[0.0, 0, 1], [1, 0, 0]]], ids=str)
def test_cross_entropy_of_half_precision_stays_half(backend, t):
    loss = cross_entropy_error(xpnet.asarray(Y, "float16"), xpnet.asarray(t))
    assert str(loss.dtype) == "float16"
    assert float(loss) == pytest.approx(-(math.log(0.7) + math.log(0.5)) / 2, rel=2e-3)


def test_cross_entropy_of_many_rows_of_half_precision_is_finite(backend):
    y, t = (
        xpnet.asarray(np.full((40_000, 10), 0.1), "float16"),
        xpnet.asarray(np.zeros(40_000, int)),
    )
    assert float(cross_entropy_error(y, t)) == pytest.approx(math.log(10), rel=2e-3)


def test_cross_entropy_weighs_rows_of_any_mass(backend):
    t = np.array([[3, 0, 1], [0, 0, 0]])
    loss = cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t))
    assert float(loss) == pytest.approx(-(t * np.log(Y)).sum() / 2, rel=1e-14)


@pytest.mark.parametrize("t", [[0.0, 1.0], [True, False], [float("nan"), 1.0]], ids=str)
def test_cross_entropy_refuses_labels_that_are_no_integers(backend, t):
    with pytest.raises(LabelError, match=r"^cross_entropy_error: labels .* must be integers, got"):
        cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t))


@pytest.mark.parametrize("t", [[2, 3], [-1, 0]], ids=str)
def test_cross_entropy_refuses_labels_out_of_range(backend, t):
    with pytest.raises(LabelError, match=f"labels run from {min(t)} to {max(t)}, but 3 classes"):
        cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t))


@pytest.mark.parametrize("t", [[2, 0], [[0, 0, 1], [1, 0, 0]]], ids=["labels", "rows"])
def test_cross_entropy_refuses_labels_of_another_backend(backend, elsewhere, t):
    with pytest.raises(MixedBackendError, match=rf"^cross_entropy_error: y .*t is a {elsewhere} "):
        cross_entropy_error(xpnet.asarray(Y), xpnet.asarray(t, backend=elsewhere))


def test_one_hot_rows_stand_at_their_labels(backend):
    rows = one_hot(xpnet.asarray([2, 0]), 3)
    np.testing.assert_array_equal(host(rows), [[0, 0, 1], [1, 0, 0]])
    assert str(rows.dtype) == "float32"
    assert str(one_hot(xpnet.asarray([0]), 1, "int64").dtype) == "int64"


def test_one_hot_of_no_labels_is_no_rows(backend):
    assert one_hot(xpnet.asarray(np.zeros(0, "int64")), 3).shape == (0, 3)


@pytest.mark.parametrize("t", [[0, 3], [-1, 0]], ids=str)
def test_one_hot_refuses_a_label_out_of_range(backend, t):
    with pytest.raises(LabelError, match=f"labels run from {min(t)} to {max(t)}, but 3 classes"):
        one_hot(xpnet.asarray(t), 3)


@pytest.mark.parametrize("classes", [0, -1, 3.0, True, "3", None])
def test_one_hot_refuses_what_is_no_number_of_classes(backend, classes):
    with pytest.raises(OptionError, match=r"^num_classes: .*whole number from 1 on"):
        one_hot(xpnet.asarray([0, 1]), classes)


@pytest.mark.parametrize("classes", [10**15, 2**63 - 1, 2**63, 10**20, 10**5000], ids=hash)
@pytest.mark.parametrize("rows", [0, 2])
def test_one_hot_refuses_more_classes_than_memory_holds(backend, classes, rows):
    with pytest.raises(OptionError, match=r"^one_hot: so many classes: needs more than"):
        one_hot(xpnet.asarray(np.zeros(rows, "int64")), classes)


@pytest.mark.parametrize("t", [[0.0, 1.0], [[0, 1]], 1], ids=str)
def test_one_hot_refuses_what_is_no_row_of_integers(backend, t):
    with pytest.raises(LabelError, match=r"^one_hot: t is .* expected integers of shape \(N,\)"):
        one_hot(xpnet.asarray(t), 3)


@pytest.mark.parametrize("function", [relu, sigmoid, softmax])
def test_a_list_is_refused_by_name(function):
    with pytest.raises(TypeError, match=f"^{function.__name__}: got a list"):
        function([1.0, 2.0])


@pytest.mark.parametrize("classes", [np.ones(2), 3.0, "3", 0, -1, None, 3 + 0j])
def test_one_hot_refuses_classes_that_are_no_whole_number(backend, classes):
    with pytest.raises(OptionError, match=r"^num_classes: expected a whole number from 1 on"):
        one_hot(xpnet.asarray([0]), classes)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_one_hot_refuses_a_dtype_of_no_real_numbers(backend, dtype):
    with pytest.raises(TypeError, match=f"^one_hot: dtype='{dtype}': expected real numbers"):
        one_hot(xpnet.asarray([0]), 3, dtype)


@pytest.mark.parametrize("dtype", ["S1", "U1", "M8[s]", "m8[s]", "object", "V3"])
def test_one_hot_makes_no_words_and_dates(dtype):
    with pytest.raises(TypeError, match=r"^one_hot: dtype=.*: expected real numbers"):
        one_hot(np.array([0]), 3, dtype)


@pytest.mark.parametrize("dtype", ["int64", "uint8", "uint64"])
def test_balanced_weights_are_those_of_scikit_learn(backend, dtype):
    t = [0, 2, 2, 2, 0, 4, 2, 2]
    rows = host(weighted_labels(xpnet.asarray(t, dtype), num_classes=6, dtype="float64"))
    # class_weight.compute_class_weight("balanced", classes=[0, 2, 4], y=t)
    wanted = {0: 8 / (3 * 2), 2: 8 / (3 * 5), 4: 8 / (3 * 1)}
    np.testing.assert_allclose(rows, [np.eye(6)[k] * wanted[k] for k in t], rtol=1e-15)
    assert rows.sum() == pytest.approx(len(t))


@pytest.mark.parametrize("weights", [[0.5, 0, 3], (0.5, 0, 3), np.array([0.5, 0, 3])])
def test_weights_stand_at_their_labels(backend, weights):
    rows = weighted_labels(xpnet.asarray([2, 0, 1]), weights)
    np.testing.assert_array_equal(host(rows), [[0, 0, 3], [0.5, 0, 0], [0, 0, 0]])
    assert str(rows.dtype) == "float32"


def test_the_loss_of_weighted_labels_is_the_weighted_mean(backend):
    scores, t = np.random.default_rng(0).normal(size=(7, 3)), np.array([0, 0, 0, 0, 1, 1, 2])
    weights = np.array([0.25, 2, 5])
    rows = weighted_labels(xpnet.asarray(t), weights, dtype="float64")
    y = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    wanted = (weights[t] * -np.log(y[np.arange(7), t])).mean()
    layer = xpnet.layers.SoftmaxWithLoss()
    assert float(layer.forward(xpnet.asarray(scores), rows)) == pytest.approx(wanted, rel=1e-12)
    grad = host(layer.backward())
    one = (y - np.eye(3)[t]) * weights[t][:, None] / 7
    np.testing.assert_allclose(grad, one, rtol=1e-10)


WRONG = "even", None, 2.0, [], [0, 0], [1, -1], [1, math.nan], [1, math.inf], ["1", 2], [True, 2]


@pytest.mark.parametrize("weights", [*WRONG, {0: 1, 1: 2}, [[1, 2]]], ids=repr)
def test_what_are_no_weights_is_refused(backend, weights):
    with pytest.raises(OptionError, match=r"^weights: expected 'balanced', or a number from 0 on"):
        weighted_labels(xpnet.asarray([0, 1]), weights)


def test_there_is_a_weight_for_each_class(backend):
    t = xpnet.asarray([0, 1])
    with pytest.raises(OptionError, match="expected one for each of 3 classes, got 2"):
        weighted_labels(t, [1, 2], 3)
    with pytest.raises(LabelError, match=r"labels run from 0 to 1, but 1 class"):
        weighted_labels(t, [1.0])
    with pytest.raises(LabelError, match="but 1 class"):
        weighted_labels(t, num_classes=1)


def test_weighted_labels_refuse_what_they_cannot_weigh(backend):
    with pytest.raises(LabelError, match="expected labels to balance, got none"):
        weighted_labels(xpnet.asarray(np.zeros(0, "int64")))
    with pytest.raises(LabelError, match=r"^weighted_labels: t is float64 of shape \(2,\)"):
        weighted_labels(xpnet.asarray([0.0, 1.0]))
    with pytest.raises(TypeError, match="dtype='int64': expected a floating one"):
        weighted_labels(xpnet.asarray([0, 1]), dtype="int64")
    with pytest.raises(LabelError, match="labels run from -1"):
        weighted_labels(xpnet.asarray([-1, 1]))
