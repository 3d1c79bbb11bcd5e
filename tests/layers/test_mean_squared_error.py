"""MeanSquaredError: its mean, the shapes of targets, and that it is PyTorch's."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.layers import MeanSquaredError

rng = np.random.default_rng(0)
SCORES, TARGETS = rng.normal(size=(2, 5, 3))


def run(scores, t, dout=1, dtype="float64"):
    """The loss and the gradient, on the host."""
    layer = MeanSquaredError()
    loss = layer.forward(xpnet.asarray(scores, dtype), xpnet.asarray(t))
    return float(loss), xpnet.to_numpy(layer.backward(dout))


def test_it_is_the_mean_over_all_entries(backend):
    loss, dx = run(SCORES, TARGETS)
    assert loss == pytest.approx(((SCORES - TARGETS) ** 2).mean(), rel=1e-14)
    np.testing.assert_allclose(dx, 2 * (SCORES - TARGETS) / 15, rtol=1e-14)


def test_values_and_gradients_are_pytorchs(backend):
    torch = pytest.importorskip("torch", reason="values to compare with come from PyTorch")
    theirs = torch.tensor(SCORES, requires_grad=True)
    their_loss = torch.nn.MSELoss()(theirs, torch.tensor(TARGETS))
    their_loss.backward()
    loss, dx = run(SCORES, TARGETS)
    assert abs(loss - their_loss.item()) < 1e-12
    np.testing.assert_allclose(dx, theirs.grad.numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(5,), (5, 1)], ids=str)
def test_one_output_takes_targets_with_and_without_their_axis(backend, shape):
    loss, dx = run(SCORES[:, :1], TARGETS[:, 0].reshape(shape))
    assert loss == pytest.approx(((SCORES - TARGETS)[:, 0] ** 2).mean(), rel=1e-14)
    assert dx.shape == (5, 1)


@pytest.mark.parametrize(
    ("scores", "t"),
    [
        (SCORES[0], TARGETS[0]),
        (SCORES[0], TARGETS[:1]),
        (SCORES[0, :1], TARGETS[0, :1]),
        (SCORES[0, :1], TARGETS[0, 0]),
    ],
    ids=["a row", "a batch of one row", "one output", "a number"],
)
def test_one_row_of_scores_takes_a_row_of_targets(backend, scores, t):
    loss, dx = run(scores, t)
    assert loss == pytest.approx(((scores - t) ** 2).mean(), rel=1e-14)
    assert dx.shape == scores.shape


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int64", "float16", "float32", "bool"])
def test_targets_of_every_dtype_are_taken_in_that_of_the_scores(backend, dtype):
    t = np.arange(15).reshape(5, 3).astype(dtype)
    loss, dx = run(SCORES, t, dtype="float32")
    assert loss == pytest.approx(((SCORES - t.astype(float)) ** 2).mean(), rel=1e-5)
    assert dx.dtype == "float32"


def test_integer_scores_are_taken_as_float64(backend):
    loss, dx = run([[1, 2]], [[0, 4]], dtype="int64")
    assert (loss, dx.dtype) == (2.5, np.float64)


@pytest.mark.parametrize(
    ("x_shape", "t_shape"),
    [
        ((4, 3), (3,)),
        ((4, 3), (4, 1)),
        ((4, 3), (1, 3)),
        ((4, 3), ()),
        ((4, 1), (1,)),
        ((4, 1), (4, 4)),
        ((4, 1), ()),
        ((3,), (3, 1)),
        ((3,), ()),
    ],
    ids=str,
)
def test_targets_that_do_not_fit_are_refused_and_not_broadcast(backend, x_shape, t_shape):
    x, t = xpnet.asarray(np.ones(x_shape)), xpnet.asarray(np.ones(t_shape))
    layer = MeanSquaredError()
    for call in (layer.forward, layer.apply, layer.row_losses):
        with pytest.raises(ShapeError, match=r"^MeanSquaredError: t is \(.*\), x is \(.*expected"):
            call(x, t)


def test_labels_of_classes_are_refused_with_the_loss_that_takes_them(backend):
    with pytest.raises(ShapeError, match="labels of 3 classes end the network in SoftmaxWithLoss"):
        run(SCORES, [0, 1, 2, 0, 1])


@pytest.mark.parametrize("shape", [(0, 3), (4, 0), (0,), (), (2, 3, 4)], ids=str)
def test_scores_without_rows_and_outputs_are_refused(backend, shape):
    x = xpnet.asarray(np.ones(shape))
    with pytest.raises(ShapeError, match="at least one row"):
        MeanSquaredError().forward(x, x)


def test_the_loss_is_the_mean_of_the_row_losses(backend):
    layer, x, t = MeanSquaredError(), xpnet.asarray(SCORES), xpnet.asarray(TARGETS)
    rows = xpnet.to_numpy(layer.row_losses(x, t))
    np.testing.assert_allclose(rows, ((SCORES - TARGETS) ** 2).mean(axis=1), rtol=1e-13)
    assert float(layer.forward(x, t)) == pytest.approx(rows.mean(), rel=1e-14)


def test_a_second_backward_gives_the_same(backend):
    layer = MeanSquaredError()
    layer.forward(xpnet.asarray(SCORES), xpnet.asarray(TARGETS))
    first, second = (xpnet.to_numpy(layer.backward(3.0)) for _ in range(2))
    np.testing.assert_array_equal(second, first)
    np.testing.assert_allclose(first, 6 * (SCORES - TARGETS) / 15, rtol=1e-13)


def test_forward_keeps_scores_targets_and_loss(backend):
    layer, x, t = MeanSquaredError(), xpnet.asarray(SCORES), xpnet.asarray(TARGETS)
    loss = layer.forward(x, t)
    assert (layer.y is x, layer.t is t, layer.loss is loss) == (True, True, True)


def test_many_equal_errors_in_float32_do_not_add_up_their_rounding(backend):
    rows = 100_001
    loss, _ = run(np.full((rows, 1), 0.1), np.zeros(rows), dtype="float32")
    assert loss == pytest.approx(float(np.float32(0.1)) ** 2, rel=3e-7)


def test_nan_stays_nan(backend):
    scores = SCORES.copy()
    scores[2, 1] = np.nan
    loss, dx = run(scores, TARGETS)
    assert math.isnan(loss)
    assert np.argwhere(np.isnan(dx)).tolist() == [[2, 1]]
