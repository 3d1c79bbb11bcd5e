"""Losses, beside scikit-learn's own, and their gradients beside finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neural_network import _base as reference

import xpnet
from xpnet.errors import NotForwardedError
from xpnet.sklearn.losses import CrossEntropy, LogisticLoss, OutputLoss, PoissonLoss, SquaredLoss

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(6, 3))
WEIGHTS = RNG.random(6)
LABELS = np.array([0, 2, 1, 1, 0, 2])
BITS, NUMBERS = RNG.integers(0, 2, (6, 3)).astype(float), RNG.random((6, 3))
CASES = [
    (CrossEntropy(), LABELS, np.eye(3)[LABELS], "softmax", reference.log_loss),
    (LogisticLoss(), BITS, BITS, "logistic", reference.binary_log_loss),
    (SquaredLoss(), NUMBERS, NUMBERS, "identity", reference.squared_loss),
    (PoissonLoss(), NUMBERS, NUMBERS, "exp", reference.poisson_loss),
]
IDS = [type(case[0]).__name__ for case in CASES]


@pytest.mark.parametrize(("loss", "t", "rows", "activation", "function"), CASES, ids=IDS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_output_and_loss_are_scikit_learns(loss, t, rows, activation, function, weights, backend):
    output = SCORES.copy()
    reference.ACTIVATIONS[activation](output)
    placed = xpnet.asarray(SCORES)
    np.testing.assert_allclose(xpnet.to_numpy(loss.output(placed)), output, rtol=1e-12)
    given = None if weights is None else xpnet.asarray(weights)
    ours = float(loss.forward(placed, xpnet.asarray(t), given))
    assert ours == pytest.approx(function(rows, output, weights), rel=1e-12)
    assert loss.activation == activation


@pytest.mark.parametrize(("loss", "t", "rows", "activation", "function"), CASES, ids=IDS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_the_gradient_is_that_of_the_loss(loss, t, rows, activation, function, weights, backend):
    given = None if weights is None else xpnet.asarray(weights)
    t = xpnet.asarray(t)
    loss.forward(xpnet.asarray(SCORES), t, given)
    dx = xpnet.to_numpy(loss.backward())
    found = xpnet.differences.numerical_gradient(
        lambda x: float(loss.forward(xpnet.asarray(x), t, given)), SCORES.copy()
    )
    # the squared error is a mean over the outputs, and its gradient that of their sum
    factor = 3 if isinstance(loss, SquaredLoss) else 1
    np.testing.assert_allclose(dx, factor * found, atol=1e-8)


def test_backward_scales_by_dout_and_comes_after_forward():
    loss = SquaredLoss()
    with pytest.raises(NotForwardedError):
        loss.backward()
    loss.forward(SCORES, NUMBERS)
    np.testing.assert_array_equal(loss.backward(2), 2 * loss.backward())
    loss.release()
    with pytest.raises(NotForwardedError):
        loss.backward()


def test_scores_far_from_0_give_finite_losses():
    far = np.array([[1000.0], [-1000.0]])
    assert LogisticLoss().row_losses(far, np.array([[1.0], [1.0]])).tolist() == [0, 1000]


def test_zero_counts_of_poisson_have_the_loss_of_the_rate():
    rows = PoissonLoss().row_losses(np.array([[0.5]]), np.array([[0.0]]))
    assert rows == pytest.approx(np.exp(0.5))


@pytest.mark.parametrize("method", ["output", "row_losses"])
def test_a_loss_of_ones_own_has_to_define(method):
    arguments = [SCORES, NUMBERS][: 1 if method == "output" else 2]
    with pytest.raises(NotImplementedError, match=method):
        getattr(OutputLoss(), method)(*arguments)
