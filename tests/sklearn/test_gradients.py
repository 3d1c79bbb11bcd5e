"""Gradients of loss and penalty, beside finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

import xpnet
from xpnet.sklearn.activations import ACTIVATIONS
from xpnet.sklearn.gradients import Gradients
from xpnet.sklearn.losses import CrossEntropy, SquaredLoss
from xpnet.sklearn.network import make_network

RNG = np.random.default_rng(0)
X = RNG.normal(size=(7, 4)) * (RNG.random((7, 4)) < 0.5)
T, WEIGHTS = RNG.normal(size=(7, 2)), RNG.random(7)


def made(loss=SquaredLoss, activation="tanh"):
    name = xpnet.get_backend().name
    rng = np.random.RandomState(0)
    return make_network([4, 5, 3, 2], activation, loss(), rng, "float64", name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["alike", "weighted"])
def test_gradients_are_those_of_loss_and_penalty(weights, activation, backend):
    net = made(CrossEntropy, activation)
    t = xpnet.asarray(np.array([0, 1, 1, 0, 1, 0, 0]))
    x, given = xpnet.asarray(X), None if weights is None else xpnet.asarray(weights)
    gradients = Gradients(net, alpha=0.7)
    gradients.of_batch(x, t, given)
    grads = xpnet.to_numpy(net.grads.flat).copy()
    flat = xpnet.to_numpy(net.params.flat).copy()
    for place in np.flatnonzero(grads):
        losses = []
        for h in (1e-5, -1e-5):
            moved = flat.copy()
            moved[place] += h
            net.params.flat = xpnet.asarray(moved)
            losses.append(float(gradients.of_batch(x, t, given)))
        assert (losses[0] - losses[1]) / 2e-5 == pytest.approx(grads[place], abs=1e-8)


@pytest.mark.parametrize(("weights", "total"), [(None, 7), (WEIGHTS, WEIGHTS.sum())])
def test_the_penalty_is_divided_by_the_rows_or_the_sum_of_their_weights(weights, total):
    net = made()
    with_it, without = (float(Gradients(net, alpha).of_batch(X, T, weights)) for alpha in (3, 0))
    squares = sum((net.params[name] ** 2).sum() for name in ("W1", "W2", "W3"))
    assert with_it - without == pytest.approx(1.5 * squares / total)


def test_without_alpha_there_is_no_penalty(backend):
    net = made()
    x, t = xpnet.asarray(X), xpnet.asarray(T)
    assert float(Gradients(net, 0).of_batch(x, t)) == pytest.approx(float(net.loss(x, t)))


def test_sparse_rows_give_the_gradients_of_dense_ones():
    dense, sparse = made(), made()
    losses = [Gradients(net, 0.1).of_batch(x, T) for net, x in ((dense, X), (sparse, csr_array(X)))]
    np.testing.assert_allclose(*losses)
    np.testing.assert_allclose(dense.grads.flat, sparse.grads.flat, atol=1e-14)


def test_batches_of_other_sizes_leave_nothing_behind(backend):
    net, fresh = made(), made()
    x, t = xpnet.asarray(X), xpnet.asarray(T)
    gradients = Gradients(net, 0.1)
    for rows in (7, 3, 7, 1, 3):
        loss = float(gradients.of_batch(x[:rows], t[:rows]))
        assert loss == float(Gradients(fresh, 0.1).of_batch(x[:rows], t[:rows]))
        assert bool((net.grads.flat == fresh.grads.flat).all())


def test_the_rows_stay_as_they_are(backend):
    net = made(activation="relu")
    x, t = xpnet.asarray(X), xpnet.asarray(T)
    Gradients(net, 0.1).of_batch(x, t)
    np.testing.assert_array_equal(xpnet.to_numpy(x), X)
    np.testing.assert_array_equal(xpnet.to_numpy(t), T)
