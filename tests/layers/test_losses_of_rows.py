"""SoftmaxWithLoss of rows of labels that sum to anything, and of scores in half precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.layers import SoftmaxWithLoss

from .test_losses import LABELS, SCORES, SOFT, run, softmax

ONE_HOT = np.eye(3)[LABELS]
OF_ANY_MASS = {
    "weights of classes": ONE_HOT * [0.5, 1.0, 20.0],
    "several labels": np.array([[1, 1, 0], [1, 1, 1], [0, 1, 0], [1, 0, 1]]),
    "zero rows": ONE_HOT * [[0], [1], [0], [1]],
    "zero alone": np.zeros((4, 3)),
    "soft, of other mass": 0.3 * SOFT,
    "negative": SOFT - 0.5,
    "of sum 0": ONE_HOT - np.roll(ONE_HOT, 1, axis=1),
}


@pytest.mark.parametrize("dout", [1, -2.5])
@pytest.mark.parametrize("name", OF_ANY_MASS)
def test_rows_of_any_mass_have_the_gradient_of_their_loss(backend, name, dout):
    t, y = OF_ANY_MASS[name], softmax(SCORES)
    loss, dx = run(SCORES, t, dout)
    assert loss == pytest.approx(-(t * np.log(y)).sum() / 4, rel=1e-12, abs=1e-15)
    wanted = dout * (y * t.sum(axis=1, keepdims=True) - t) / 4
    np.testing.assert_allclose(dx, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", OF_ANY_MASS)
def test_a_second_backward_of_rows_of_any_mass_gives_the_same(backend, name):
    layer = SoftmaxWithLoss()
    layer.forward(xpnet.asarray(SCORES), xpnet.asarray(OF_ANY_MASS[name]))
    first, second = (xpnet.to_numpy(layer.backward(3.0)) for _ in range(2))
    np.testing.assert_allclose(second, first, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scores", [SCORES, np.repeat(SCORES, 30, axis=1)], ids=["3", "90 classes"])
def test_one_hot_rows_give_the_bits_of_y_less_t(backend, scores, dtype):
    t = np.eye(scores.shape[1])[LABELS].astype(dtype)
    layer = SoftmaxWithLoss()
    layer.forward(xpnet.asarray(scores, dtype), xpnet.asarray(t))
    wanted = (xpnet.to_numpy(layer.y) - t) / np.asarray(4, dtype)
    np.testing.assert_array_equal(xpnet.to_numpy(layer.backward()), wanted)


@pytest.mark.parametrize("name", OF_ANY_MASS)
def test_one_row_of_any_mass(backend, name):
    t, y = OF_ANY_MASS[name][0], softmax(SCORES[:1])[0]
    loss, dx = run(SCORES[0], t)
    assert loss == pytest.approx(-(t * np.log(y)).sum(), rel=1e-12, abs=1e-15)
    np.testing.assert_allclose(dx, y * t.sum() - t, rtol=1e-12, atol=1e-15)


def test_rows_of_small_integers_do_not_wrap_around_in_their_sum(backend):
    _, dx = run(SCORES, np.full((4, 3), 100, "int8"))
    np.testing.assert_allclose(dx, (softmax(SCORES) * 300 - 100) / 4, rtol=1e-12)


def test_a_class_without_weight_may_be_impossible(backend):
    with np.errstate(invalid="ignore"):
        loss, dx = run([[0.0, 0.0, -np.inf]], [[2.0, 1.0, 0.0]])
    assert loss == pytest.approx(3 * math.log(2))
    np.testing.assert_allclose(dx, [[-0.5, 0.5, 0]], atol=1e-15)


def test_a_row_that_does_not_count_moves_nothing(backend):
    loss, dx = run([[5.0, -3.0], [1.0, 1.0]], [[0, 0], [0, 1]])
    assert loss == pytest.approx(math.log(2) / 2)
    np.testing.assert_allclose(dx, [[0, 0], [0.25, -0.25]], atol=1e-15)


@pytest.mark.parametrize("t", [LABELS, ONE_HOT, SOFT.astype("float16"), ONE_HOT.astype("uint8")])
def test_scores_of_half_precision_are_taken_everywhere(backend, t):
    layer, x, t = SoftmaxWithLoss(), xpnet.asarray(SCORES, "float16"), xpnet.asarray(t)
    loss, dx = layer.forward(x, t), layer.backward()
    again = layer.backward(2.0)
    results = loss, layer.y, dx, again, layer.row_losses(x, t), layer.apply(x, t)
    assert {str(result.dtype) for result in results} == {"float16"}
    wanted_loss, wanted = run(np.asarray(SCORES, "float16"), xpnet.to_numpy(t))
    assert float(loss) == pytest.approx(wanted_loss, rel=2e-3)
    np.testing.assert_allclose(xpnet.to_numpy(dx), wanted, rtol=5e-3, atol=1e-3)
    np.testing.assert_allclose(xpnet.to_numpy(again), 2 * wanted, rtol=5e-3, atol=1e-3)


def test_a_loss_of_half_precision_over_many_rows_is_finite(backend):
    # the sum of 40,000 losses of 2.3 is beyond what float16 counts to
    scores, t = (
        xpnet.asarray(np.zeros((40_000, 10)), "float16"),
        xpnet.asarray(np.zeros(40_000, int)),
    )
    assert float(SoftmaxWithLoss().forward(scores, t)) == pytest.approx(math.log(10), rel=2e-3)


@pytest.mark.parametrize("t", [[[0, 1, 0]], [[0.0, 1.0, 0.0]], [1]], ids=str)
def test_integer_scores_are_float64_for_every_kind_of_label(backend, t):
    loss, dx = run([[1, 2, 3]], t, dtype="int64")
    y = softmax(np.array([[1.0, 2.0, 3.0]]))
    assert loss == pytest.approx(-math.log(y[0, 1]), rel=1e-13)
    assert dx.dtype == np.float64
    np.testing.assert_allclose(dx, y - [[0, 1, 0]], rtol=1e-12)
