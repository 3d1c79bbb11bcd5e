"""What each primitive is: results that a reader can work out, on every backend."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import LabelError

inf, nan = math.inf, math.nan
LOG2, LOG43 = math.log(2), math.log(4 / 3)


def array(numbers: Any, dtype: str = "float64") -> Any:
    return xpnet.asarray(np.array(numbers, dtype))


def assert_near(result: Any, expected: Any) -> None:
    np.testing.assert_allclose(xpnet.to_numpy(result), expected, rtol=1e-12, atol=1e-15)


# --- activations -------------------------------------------------------------------------


def test_relu_closes_at_zero_and_keeps_nan(backend: Backend) -> None:
    x = array([-inf, -2.0, 0.0, 3.0, inf, nan])
    y, mask = backend.relu_with_mask(x)
    for result in (backend.relu(x), y):
        np.testing.assert_array_equal(xpnet.to_numpy(result), [0, 0, 0, 3, inf, nan])
    assert mask.tolist() == [True, True, True, False, False, False]


def test_relu_grad_is_zero_where_closed_whatever_comes(backend: Backend) -> None:
    dout = array([nan, inf, 5.0, nan, -7.0, -0.0])
    dx = backend.relu_grad(dout, array([True, True, True, False, False, False], "bool"))
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [0, 0, 0, nan, -7, 0])


def test_sigmoid_is_exact_at_zero_and_does_not_overflow(backend: Backend) -> None:
    y = backend.sigmoid(array([0.0, math.log(3), 1000.0, -1000.0, inf, -inf, nan]))
    assert_near(y, [0.5, 0.75, 1, 0, 1, 0, nan])


def test_sigmoid_grad_comes_from_the_output(backend: Backend) -> None:
    assert_near(
        backend.sigmoid_grad(array([1.0, 2.0, 3.0]), array([0.5, 0.75, 1])), [0.25, 0.375, 0]
    )


def test_tanh_is_odd_and_does_not_overflow(backend: Backend) -> None:
    y = backend.tanh(array([0.0, LOG2, -LOG2, 1000.0, -1000.0, inf, -inf, nan]))
    assert_near(y, [0, 0.6, -0.6, 1, -1, 1, -1, nan])


def test_tanh_grad_comes_from_the_output(backend: Backend) -> None:
    dx = backend.tanh_grad(array([1.0, 2.0, 3.0, nan]), array([0.5, -0.5, 1.0, 0.0]))
    assert_near(dx, [0.75, 1.5, 0, nan])


def test_leaky_relu_takes_a_part_of_what_is_not_above_zero(backend: Backend) -> None:
    x = array([-inf, -2.0, 0.0, 3.0, inf, nan])
    y = backend.leaky_relu(x, 0.25)
    np.testing.assert_array_equal(xpnet.to_numpy(y), [-inf, -0.5, 0, 3, inf, nan])
    dx = backend.leaky_relu_grad(array([4.0, 4.0, 4.0, 4.0, nan, 4.0]), y, 0.25)
    np.testing.assert_array_equal(xpnet.to_numpy(dx), [1, 1, 1, 4, nan, 4])


# --- softmax and cross entropy -----------------------------------------------------------


def test_softmax_is_each_rows_own(backend: Backend) -> None:
    y = backend.softmax(array([[0.0, math.log(3)], [1000.0, 1000.0], [-1e4, 1e4]]))
    assert_near(y, [[0.25, 0.75], [0.5, 0.5], [0, 1]])


def test_log_softmax_is_exact_where_softmax_is_zero(backend: Backend) -> None:
    assert_near(backend.log_softmax(array([[-1e4, 1e4]])), [[-2e4, 0]])


def test_cross_entropy_has_no_floor(backend: Backend) -> None:
    rows = backend.cross_entropy_rows(array([[0.0, 0.0], [1e4, 0.0]]), array([1, 1], "int64"))
    assert_near(rows, [math.log(2), 1e4])


def test_labels_and_their_one_hot_rows_mean_the_same(backend: Backend) -> None:
    scores = array([[1.0, 2.0, 3.0], [0.5, -1.0, 0.0]])
    t = array([2, 0], "int64")
    rows = backend.one_hot(t, 3, np.dtype("int8"))
    assert rows.tolist() == [[0, 0, 1], [1, 0, 0]]
    for by_label, by_row in zip(
        backend.softmax_with_loss(scores, t), backend.softmax_with_loss(scores, rows), strict=True
    ):
        assert_near(by_label, xpnet.to_numpy(by_row))


def test_softmax_with_loss_is_mean_softmax_and_gradient(backend: Backend) -> None:
    scores = array([[0.0, math.log(3)], [0.0, 0.0]])
    for t in (array([0, 1], "int64"), array([[1, 0], [0, 1]], "uint8")):
        loss, y, dx = backend.softmax_with_loss(scores, t)
        assert_near(loss, (math.log(4) + math.log(2)) / 2)
        assert_near(y, [[0.25, 0.75], [0.5, 0.5]])
        assert_near(dx, [[-0.375, 0.375], [0.25, -0.25]])
        assert_near(backend.softmax_with_loss_grad(y, t), xpnet.to_numpy(dx))


def test_soft_rows_weigh_the_classes(backend: Backend) -> None:
    loss, _, dx = backend.softmax_with_loss(array([[0.0, math.log(3)]]), array([[0.5, 0.5]]))
    assert_near(loss, (math.log(4) + math.log(4 / 3)) / 2)
    assert_near(dx, [[-0.25, 0.25]])


@pytest.mark.parametrize(
    ("t", "loss", "gradient"),
    [
        ([[3, 0], [0, 1]], (3 * LOG2 + LOG43) / 2, [[-0.75, 0.75], [0.125, -0.125]]),
        ([[0, 0], [0, 1]], LOG43 / 2, [[0, 0], [0.125, -0.125]]),
        ([[1, 1], [1, 1]], (4 * LOG2 + LOG43) / 2, [[0, 0], [-0.25, 0.25]]),
        ([[-1, 0], [0, 0]], -LOG2 / 2, [[0.25, -0.25], [0, 0]]),
        ([[1, -1], [0, 0]], 0, [[-0.5, 0.5], [0, 0]]),
    ],
    ids=["weights of classes", "a row that does not count", "two labels", "negative", "of sum 0"],
)
@pytest.mark.parametrize("dtype", ["float64", "int8"])
def test_each_label_of_a_row_pulls_with_its_weight(
    backend: Backend, t: Any, loss: float, gradient: Any, dtype: str
) -> None:
    # y is (1/2, 1/2) and (1/4, 3/4); a score that rises moves all logarithms of its row, so the
    # gradient of -sum(t log y) / N is (y sum(t) - t) / N
    scores = array([[0.0, 0.0], [0.0, math.log(3)]])
    found, y, dx = backend.softmax_with_loss(scores, array(t, dtype))
    assert_near(found, loss)
    assert_near(dx, gradient)
    assert_near(backend.softmax_with_loss_grad(y, array(t, dtype)), gradient)


@pytest.mark.parametrize("dtype", ["float64", "int64", "bool"])
def test_results_have_the_dtype_of_the_scores_whatever_that_of_the_rows(
    backend: Backend, dtype: str
) -> None:
    scores, t = array([[0.0, 1.0]], "float32"), array([[1, 0]], dtype)
    results = *backend.softmax_with_loss(scores, t), backend.cross_entropy_rows(scores, t)
    assert [result.dtype.name for result in results] == ["float32"] * 4


def test_a_class_that_nobody_has_may_be_impossible(backend: Backend) -> None:
    with np.errstate(invalid="ignore"):  # 0 * log(0), which is not chosen
        loss, y, _ = backend.softmax_with_loss(array([[0.0, -inf]]), array([[1.0, 0.0]]))
    assert_near(loss, 0)
    assert_near(y, [[1, 0]])


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8"])
def test_labels_out_of_range_are_refused_with_the_range(backend: Backend, dtype: str) -> None:
    t, message = array([1, 7, 3], dtype), "labels run from 1 to 7, but 5 classes .* 0 to 4: correct"
    for call in (
        lambda: backend.check_labels(t, 5),
        lambda: backend.one_hot(t, 5, np.dtype("float32")),
    ):
        with pytest.raises(LabelError, match=message):
            call()


@pytest.mark.parametrize("primitive", ["cross_entropy_rows", "softmax_with_loss_grad"])
@pytest.mark.parametrize("label", [-1, 5])
def test_a_loss_with_a_label_out_of_range_raises_or_has_a_nan_row(
    backend: Backend, primitive: str, label: int
) -> None:
    scores, t = array(np.full((3, 5), 0.2)), array([1, label, 3], "int64")
    if backend.name == "cupy":  # to raise would be to wait for the device
        result = xpnet.to_numpy(getattr(backend, primitive)(scores, t))
        assert np.isnan(result).reshape(3, -1).all(axis=1).tolist() == [False, True, False]
        assert np.isnan(result).reshape(3, -1).any(axis=1).tolist() == [False, True, False]
        return
    with pytest.raises(LabelError, match="but 5 classes"):
        getattr(backend, primitive)(scores, t)


def test_negative_labels_are_refused_and_not_counted_from_the_end(backend: Backend) -> None:
    with pytest.raises(LabelError, match="labels run from -1 to 2, but 5 classes"):
        backend.check_labels(array([0, -1, 2], "int64"), 5)


def test_labels_from_first_to_last_class_and_no_labels_pass(backend: Backend) -> None:
    backend.check_labels(array([0, 4], "int64"), 5)
    backend.check_labels(array([], "int64"), 5)


# --- accuracy ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "t", "right"),
    [
        ([[1, 3, 2], [3, 1, 2], [0, 0, 0]], [1, 2, 0], 2),
        ([[nan, 3, 2], [3, nan, 2], [3, 1, nan], [nan, nan, nan]], [0, 1, 2, 0], 0),
        ([[nan, 3, 2], [3, 1, 2]], [1, 0], 1),
        ([[inf, 3, -inf], [-inf, -inf, -inf]], [0, 0], 2),
        ([[1, 3, 2], [3, 1, 2]], [[0, 1, 0], [0, 0, 1]], 1),
        ([[1, 3, 2], [3, 1, 2]], [[0, 0, 0], [0, 0, 0]], 0),
        ([[1, 3, 2], [3, 1, 2]], [[-5, -1, -2], [-1, -2, -3]], 2),
        ([[1, 3, 2], [3, 1, 2]], [[0, 1, 1], [1, 1, 0]], 2),
    ],
    ids=["labels", "NaN", "NaN in one", "infinite", "rows", "no label", "negative", "several"],
)
def test_a_row_is_right_where_its_largest_score_is_at_its_label(
    backend: Backend, scores: Any, t: Any, right: int
) -> None:
    assert int(backend.count_correct(array(scores), array(t, "int64"))) == right


@pytest.mark.parametrize("row", [[nan, 1, 0], [0, 1, nan], [nan, nan, nan]], ids=str)
def test_a_row_of_labels_with_a_nan_has_no_label(backend: Backend, row: Any) -> None:
    scores = array([[2, 1, 0], [0, 1, 0], [0, 1, 2]])
    assert int(backend.count_correct(scores, array([row] * 3))) == 0


# --- mean squared error ------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "uint8"])
def test_the_mean_squared_error_is_of_all_entries(backend: Backend, dtype: str) -> None:
    scores, t = array([[1.0, -2.0], [3.0, 0.5], [0.0, 0.0]]), array([[1, 0], [0, 1], [2, 0]], dtype)
    loss, dx = backend.mean_squared_error(scores, t)
    assert_near(loss, (0 + 4 + 9 + 0.25 + 4 + 0) / 6)
    assert_near(dx, np.array([[0, -2], [3, -0.5], [-2, 0]]) / 3)
    assert_near(backend.squared_error_rows(scores, t), [2, 4.625, 2])
