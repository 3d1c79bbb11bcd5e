"""SoftmaxWithLoss: every kind of label, exact at the far ends, each row for itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, ShapeError
from xpnet.layers import SoftmaxWithLoss

SCORES = np.random.default_rng(0).normal(size=(4, 3))
LABELS = np.array([2, 0, 1, 2])
SOFT = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.1, 0.1, 0.8]])


def softmax(scores):
    """By the definition, row by row."""
    return np.array([np.exp(row) / sum(np.exp(row)) for row in scores])


def run(scores, t, dout=1, dtype="float64"):
    """The loss and the gradient, on the host."""
    layer = SoftmaxWithLoss()
    loss = layer.forward(xpnet.asarray(scores, dtype), xpnet.asarray(t))
    return float(loss), xpnet.to_numpy(layer.backward(dout))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
def test_integer_labels_of_every_dtype_mean_their_one_hot_rows(backend, dtype):
    loss, dx = run(SCORES, LABELS.astype(dtype))
    y = softmax(SCORES)
    assert loss == pytest.approx(-np.log(y[np.arange(4), LABELS]).mean(), rel=1e-13)
    np.testing.assert_allclose(dx, (y - np.eye(3)[LABELS]) / 4, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_one_hot_rows_of_every_dtype_are_as_good_as_labels(backend, dtype):
    loss, dx = run(SCORES, np.eye(3)[LABELS].astype(dtype))
    wanted_loss, wanted = run(SCORES, LABELS)
    assert loss == pytest.approx(wanted_loss, rel=1e-13)
    np.testing.assert_allclose(dx, wanted, rtol=1e-12, atol=1e-15)


def test_soft_rows_weigh_the_classes(backend):
    loss, dx = run(SCORES, SOFT)
    y = softmax(SCORES)
    assert loss == pytest.approx(-(SOFT * np.log(y)).sum() / 4, rel=1e-13)
    np.testing.assert_allclose(dx, (y - SOFT) / 4, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("t", [2, [2], [0, 0, 1], [[0, 0, 1]], [0.0, 0.0, 1.0]], ids=str)
def test_one_row_takes_a_label_or_a_row(backend, t):
    loss, dx = run(SCORES[0], t)
    y = softmax(SCORES[:1])[0]
    assert loss == pytest.approx(-math.log(y[2]), rel=1e-13)
    np.testing.assert_allclose(dx, y - [0, 0, 1], rtol=1e-12)


def test_one_row_takes_a_python_integer(backend):
    layer = SoftmaxWithLoss()
    assert float(layer.forward(xpnet.asarray(SCORES[0]), 2)) == run(SCORES[0], 2)[0]


@pytest.mark.parametrize(("scores", "t"), [([5.0], 0), ([[5.0]], [0]), ([[5.0]], [[1]])])
def test_one_class_leaves_nothing_to_learn(backend, scores, t):
    loss, dx = run(scores, t)
    assert loss == 0
    assert (dx == 0).all()


def test_integer_scores_are_taken_as_float64(backend):
    loss, dx = run([[1, 2, 3]], [0], dtype="int64")
    assert (loss, dx.dtype) == (pytest.approx(2.40760596444438), np.float64)


@pytest.mark.parametrize(
    ("x_shape", "t_shape"),
    [
        ((4, 3), (3,)),
        ((4, 3), (4, 2)),
        ((4, 3), (4, 1)),
        ((4, 3), ()),
        ((3,), (2,)),
        ((4,), (2, 2)),
    ],
    ids=str,
)
def test_labels_that_do_not_fit_are_refused_with_both_shapes(backend, x_shape, t_shape):
    x, t = xpnet.asarray(np.ones(x_shape)), xpnet.asarray(np.ones(t_shape, "int64"))
    for call in (SoftmaxWithLoss().forward, SoftmaxWithLoss().apply):
        with pytest.raises(ShapeError, match=r"^SoftmaxWithLoss: t is \(.*\), x is \("):
            call(x, t)


def test_one_python_integer_for_a_batch_is_refused(backend):
    with pytest.raises(ShapeError, match=r"t is \(\), x is \(4, 3\).*integer labels \(4,\)"):
        SoftmaxWithLoss().forward(xpnet.asarray(SCORES), 1)


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (0,), (), (2, 3, 4)], ids=str)
def test_scores_without_rows_and_classes_are_refused(backend, shape):
    x, t = xpnet.asarray(np.ones(shape)), xpnet.asarray(np.ones(shape[:1], "int64"))
    with pytest.raises(ShapeError, match="at least one row"):
        SoftmaxWithLoss().forward(x, t)


@pytest.mark.parametrize("dtype", ["float64", "bool"])
def test_labels_that_are_no_integers_are_refused_with_the_remedy(backend, dtype):
    with pytest.raises(LabelError, match=rf"got {dtype}: write xpnet.asarray\(t, 'int64'\)"):
        SoftmaxWithLoss().forward(xpnet.asarray(SCORES), xpnet.asarray(LABELS, dtype))


@pytest.mark.parametrize("label", [-1, 3, 1000])
def test_a_label_out_of_range_raises_or_makes_a_nan_row(backend, label):
    t = np.array([2, 0, label, 2])
    if backend.name == "numpy":
        with pytest.raises(LabelError, match=f"{label}, but 3 classes|from {label} to"):
            run(SCORES, t)
        return
    loss, dx = run(SCORES, t)
    assert math.isnan(loss)
    np.testing.assert_array_equal(np.isnan(dx).all(axis=1), [False, False, True, False])
    np.testing.assert_array_equal(np.isnan(dx).any(axis=1), [False, False, True, False])


@pytest.mark.parametrize("make", [float, np.float64, np.float32, xpnet.asarray, int])
def test_the_gradient_of_the_loss_multiplies_and_keeps_the_dtype(backend, make):
    _, once = run(SCORES, LABELS, dtype="float32")
    _, twice = run(SCORES, LABELS, make(2), dtype="float32")
    np.testing.assert_allclose(twice, 2 * once, rtol=1e-6)
    assert twice.dtype == np.float32


def test_an_array_of_the_backend_may_be_one(backend):
    _, plain = run(SCORES, LABELS)
    _, with_array = run(SCORES, LABELS, xpnet.asarray(1.0))
    np.testing.assert_array_equal(with_array, plain)


def test_the_gradient_of_one_loss_is_one_number(backend):
    with pytest.raises(ShapeError, match=r"dout is \(4, 3\)"):
        run(SCORES, LABELS, xpnet.asarray(np.ones((4, 3))))


@pytest.mark.parametrize("t", [[1], [[0, 1]]], ids=["label", "row"])
def test_the_loss_is_exact_at_extreme_scores(backend, t):
    loss, dx = run([[1000.0, -1000.0]], t)
    assert loss == 2000
    np.testing.assert_array_equal(dx, [[1, -1]])


@pytest.mark.parametrize("t", [[0], [[1, 0]]], ids=["label", "row"])
def test_a_sure_right_answer_costs_nothing(backend, t):
    loss, dx = run([[1000.0, -1000.0]], t)  # log(1 + 1e-7) would be 1e-7 below 0
    assert loss == 0
    assert (dx == 0).all()


@pytest.mark.parametrize("classes", [2, 10, 1000])
@pytest.mark.parametrize("score", [0.0, 5.0, -300.0])
def test_equal_scores_cost_the_logarithm_of_the_number_of_classes(backend, classes, score):
    loss, _ = run(np.full((3, classes), score), np.zeros(3, "int64"))
    assert loss == pytest.approx(math.log(classes), rel=1e-14)


def test_the_softmax_is_each_rows_own(backend):
    layer = SoftmaxWithLoss()
    far_apart = SCORES + np.array([[0.0], [500.0], [-500.0], [1000.0]])
    layer.forward(xpnet.asarray(far_apart), xpnet.asarray(LABELS))
    np.testing.assert_allclose(xpnet.to_numpy(layer.y), softmax(SCORES), rtol=1e-10)


def test_the_loss_is_the_mean_of_the_row_losses(backend):
    layer, x, t = SoftmaxWithLoss(), xpnet.asarray(SCORES), xpnet.asarray(LABELS)
    rows = xpnet.to_numpy(layer.row_losses(x, t))
    np.testing.assert_allclose(rows, -np.log(softmax(SCORES)[np.arange(4), LABELS]), rtol=1e-13)
    assert float(layer.forward(x, t)) == pytest.approx(rows.mean(), rel=1e-14)


def test_forward_keeps_softmax_labels_and_loss(backend):
    layer, t = SoftmaxWithLoss(), xpnet.asarray(LABELS)
    loss = layer.forward(xpnet.asarray(SCORES), t)
    assert layer.t is t
    assert layer.loss is loss
    np.testing.assert_allclose(xpnet.to_numpy(layer.y), softmax(SCORES), rtol=1e-13)
