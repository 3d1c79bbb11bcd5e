"""score: R^2 of a regression, as scikit-learn computes it, and the accuracy of all others."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, NetworkError, ShapeError
from xpnet.layers import Affine, Layer, MeanSquaredError, Relu
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet

rng = np.random.default_rng(0)
X, T = rng.normal(size=(2, 40, 3))


def identity(outputs=3):
    """Its scores are its input."""
    W, b = np.eye(outputs), np.zeros(outputs)
    return Network([Affine(*map(xpnet.asarray, (W, b)))], MeanSquaredError())


def r2(y, t):
    """By the definition, output by output."""
    return np.mean(1 - ((y - t) ** 2).sum(axis=0) / ((t - t.mean(axis=0)) ** 2).sum(axis=0))


def test_it_is_one_less_errors_by_deviations_in_the_mean_of_the_outputs(backend):
    t = 3 * T + 100  # far from 0, where the mean is not
    x = t + rng.normal(size=t.shape) * [0.1, 1.0, 10.0]
    score = identity().score(xpnet.asarray(x), xpnet.asarray(t))
    assert isinstance(score, float)
    assert score == pytest.approx(r2(x, t), rel=1e-12)


@pytest.mark.parametrize("outputs", [1, 3])
def test_it_is_scikit_learns(backend, outputs):
    metrics = pytest.importorskip("sklearn.metrics", reason="the score to compare with")
    x, t = X[:, :outputs], T[:, :outputs]
    score = identity(outputs).score(xpnet.asarray(x), xpnet.asarray(t))
    assert score == pytest.approx(metrics.r2_score(t, x), rel=1e-12)


@pytest.mark.parametrize("shape", [(40,), (40, 1)], ids=str)
def test_one_output_takes_targets_with_and_without_their_axis(backend, shape):
    x, t = X[:, :1], T[:, 0]
    score = identity(1).score(xpnet.asarray(x), xpnet.asarray(t.reshape(shape)))
    assert score == pytest.approx(r2(x[:, 0], t), rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 7, 40, 100])
def test_batches_do_not_change_it(backend, batch_size):
    x, t = xpnet.asarray(X), xpnet.asarray(T)
    assert identity().score(x, t, batch_size=batch_size) == pytest.approx(r2(X, T), rel=1e-12)


def test_scale_multiplies_the_batch(backend):
    x, t = xpnet.asarray(2 * X), xpnet.asarray(T)
    assert identity().score(x, t, scale=0.5) == pytest.approx(r2(X, T), rel=1e-12)


@pytest.mark.parametrize(("off", "score"), [(0.0, 1.0), (0.5, 0.0)])
def test_equal_targets_are_all_right_or_nothing(backend, off, score):
    t = np.full((7, 3), 0.1)  # whose mean is another number
    assert identity().score(xpnet.asarray(t + off), xpnet.asarray(t)) == score


@pytest.mark.parametrize(("off", "score"), [(0.0, 1.0), (0.5, 0.0)])
def test_so_is_one_row(backend, off, score):
    net, x, t = identity(), xpnet.asarray(X[0] + off), xpnet.asarray(X[0])
    assert net.score(x, t) == score
    assert net.score(x.reshape(1, -1), t.reshape(1, -1)) == score


def test_float32_sums_in_float64(backend):
    x, t = np.random.default_rng(1).normal(1000, 1, (2, 100_000, 1)).astype("float32")
    W, b = (xpnet.asarray(numbers, "float32") for numbers in ([[1.0]], [0.0]))
    score = Network([Affine(W, b)], MeanSquaredError()).score(xpnet.asarray(x), xpnet.asarray(t))
    assert score == pytest.approx(r2(x.astype(float), t.astype(float)), rel=1e-10)


def test_nan_among_the_scores_is_no_score(backend):
    x = X.copy()
    x[3, 1] = np.nan
    assert np.isnan(identity().score(xpnet.asarray(x), xpnet.asarray(T)))


def test_of_classes_it_is_the_accuracy(backend):
    net = TwoLayerNet(3, 5, 2, "he", seed=0)
    x, t = xpnet.asarray(X), xpnet.asarray((X[:, 0] > 0).astype(int))
    assert net.score(x, t, batch_size=9, scale=2.0) == net.accuracy(x, t, scale=2.0)
    assert 0 < net.score(x, t) < 1


def test_a_regression_has_no_accuracy(backend):
    with pytest.raises(NetworkError, match=r"MeanSquaredError.*: use net\.score\(x, t\)"):
        identity().accuracy(xpnet.asarray(X), xpnet.asarray(T))


def test_a_loss_of_ones_own_says_whether_it_is_of_a_regression(backend):
    class Absolute(Layer):
        is_regression = True

        def forward(self, x, t):
            return abs(x - t).mean()

        def backward(self, dout=1):
            raise AssertionError

    net = Network([Relu()], Absolute())
    assert net.is_regression
    x = abs(X)
    assert net.score(xpnet.asarray(x), xpnet.asarray(T)) == pytest.approx(r2(x, T), rel=1e-6)
    assert not TwoLayerNet(4, 3, 2).is_regression


@pytest.mark.parametrize(
    ("x_shape", "t_shape"),
    [
        ((0, 3), (0, 3)),
        ((4, 3), (5, 3)),
        ((4, 3), ()),
        ((4, 3), (4, 2)),
        ((4, 3), (4,)),
        ((3,), (2,)),
    ],
    ids=str,
)
def test_targets_that_do_not_fit_are_refused(backend, x_shape, t_shape):
    with pytest.raises(ShapeError, match=r"^score: "):
        identity().score(xpnet.asarray(np.ones(x_shape)), xpnet.asarray(np.ones(t_shape)))


def test_targets_of_another_backend_are_refused(backend, elsewhere):
    with pytest.raises(MixedBackendError):
        identity().score(xpnet.asarray(X), xpnet.asarray(T, backend=elsewhere))


def test_it_keeps_nothing(backend):
    net = MultiLayerNet(3, [4], 3, activation="tanh", last_layer="mse", seed=0)
    net.score(xpnet.asarray(X), xpnet.asarray(T))
    assert all(getattr(layer, name) is None for layer in net.stack.every for name in layer.saved)
