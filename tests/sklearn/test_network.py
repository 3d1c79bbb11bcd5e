"""The network of an estimator: its first weights and its scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_array, csr_array

import xpnet
from xpnet.sklearn.losses import SquaredLoss
from xpnet.sklearn.network import make_network, scores

RNG = np.random.default_rng(0)
X = RNG.normal(size=(7, 4)) * (RNG.random((7, 4)) < 0.5)


def made(activation="tanh"):
    name = xpnet.get_backend().name
    rng = np.random.RandomState(0)
    return make_network([4, 5, 2], activation, SquaredLoss(), rng, "float64", name)


@pytest.mark.parametrize(("activation", "factor"), [("relu", 6), ("logistic", 2)])
def test_weights_and_biases_are_uniform_within_the_bound_of_glorot(activation, factor, backend):
    net = made(activation)
    assert all(np.abs(W).max() < np.sqrt(factor / 9) for W in [xpnet.to_numpy(net.params["W1"])])
    drawn = np.random.RandomState(0).uniform(-1, 1, (4, 5)) * np.sqrt(factor / 9)
    np.testing.assert_allclose(xpnet.to_numpy(net.params["W1"]), drawn)
    assert float(abs(net.params["b1"]).max()) > 0


def test_identity_is_no_layer_and_no_hidden_layer_is_one_affine():
    assert list(made("identity").layers) == ["Affine1", "Affine2"]
    rng = np.random.RandomState(0)
    net = make_network([4, 2], "relu", SquaredLoss(), rng, "float32", "numpy")
    assert list(net.layers) == ["Affine1"]


@pytest.mark.parametrize("kind", [csr_array, csc_array])
def test_sparse_rows_have_the_scores_of_dense_ones(kind):
    net = made()
    np.testing.assert_allclose(scores(net, kind(X)), scores(net, X), atol=1e-14)


def test_sparse_rows_on_another_backend_become_dense(elsewhere):
    net = made()
    expected = scores(net, X)
    found = scores(net.to(elsewhere), csr_array(X))
    np.testing.assert_allclose(xpnet.to_numpy(found), expected, atol=1e-12)
