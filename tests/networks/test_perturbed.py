import numpy as np
import pytest

import xpnet
from xpnet.layers import Affine, Layer, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import Network
from xpnet.networks.perturbed import PerturbedLosses


class Shout(Layer):
    """Rowwise in truth, but does not say so."""

    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


def stack(rng, *between):
    W1, W2 = rng.normal(size=(4, 3)), rng.normal(size=(3, 5))
    first = Affine(xpnet.asarray(W1), xpnet.asarray(rng.normal(size=3)))
    second = Affine(xpnet.asarray(W2), xpnet.asarray(rng.normal(size=5)))
    return [first, *between, second]


def batch(rng, rows=7):
    return xpnet.asarray(rng.normal(size=(rows, 4))), xpnet.asarray(rng.integers(0, 5, rows))


@pytest.mark.parametrize("between", [Relu, Sigmoid])
@pytest.mark.parametrize(("position", "name"), [(0, "W"), (0, "b"), (2, "W"), (2, "b")])
def test_batches_and_the_plain_loop_give_the_same_losses(backend, between, position, name):
    rng = np.random.default_rng(0)
    losses = PerturbedLosses(Network(stack(rng, between()), SoftmaxWithLoss()), *batch(rng))
    assert losses.batchable(position)
    fast = losses.losses(position, name, 1e-2)
    slow = losses.losses_by_loop(position, name, 1e-2)
    np.testing.assert_allclose(xpnet.to_numpy(fast), slow, rtol=1e-13)


@pytest.mark.parametrize(("position", "name"), [(0, "W"), (0, "b"), (2, "W")])
@pytest.mark.parametrize("chunk", [3 * 8, 2**18])
def test_rows_whose_input_is_zero_keep_their_loss(backend, monkeypatch, position, name, chunk):
    rng = np.random.default_rng(4)
    monkeypatch.setattr("xpnet.networks.perturbed.CHUNK_BYTES", chunk)
    x, t = batch(rng)
    x[:, 1] = 0
    x[3:, 2] = 0
    losses = PerturbedLosses(Network(stack(rng, Relu()), SoftmaxWithLoss()), x, t)
    fast = xpnet.to_numpy(losses.losses(position, name, 1e-2))
    np.testing.assert_allclose(fast, losses.losses_by_loop(position, name, 1e-2), rtol=1e-13)
    if (position, name) == (0, "W"):  # the entries of the input that is always 0
        assert set(fast[3:6]) == {fast[3]}
        assert len(set(fast)) > 3


def test_rows_that_are_not_affected_are_not_computed_again(monkeypatch):
    rng = np.random.default_rng(5)
    x, t = batch(rng)
    x[2:] = 0
    seen, perturbed = [], Affine.perturbed

    def watched(self, name, index, h, x, y):
        seen.append(len(x))
        return perturbed(self, name, index, h, x, y)

    monkeypatch.setattr(Affine, "perturbed", watched)
    PerturbedLosses(Network(stack(rng, Relu()), SoftmaxWithLoss()), x, t).losses(0, "W", 1e-2)
    assert set(seen) == {2}


def test_chunks_that_do_not_divide_the_entries_lose_none(monkeypatch):
    rng = np.random.default_rng(1)
    monkeypatch.setattr("xpnet.networks.perturbed.CHUNK_BYTES", 5 * 7 * 3 * 8)
    losses = PerturbedLosses(Network(stack(rng, Relu()), SoftmaxWithLoss()), *batch(rng))
    fast, slow = losses.losses(0, "W", 1e-2), losses.losses_by_loop(0, "W", 1e-2)
    np.testing.assert_allclose(fast, slow, rtol=1e-13)


def test_named_entries_come_in_the_order_asked_for(backend):
    rng = np.random.default_rng(2)
    losses = PerturbedLosses(Network(stack(rng, Relu()), SoftmaxWithLoss()), *batch(rng))
    every = xpnet.to_numpy(losses.losses(0, "W", 1e-2))
    some = xpnet.to_numpy(losses.losses(0, "W", 1e-2, entries=[11, 0, 5]))
    np.testing.assert_allclose(some, every[[11, 0, 5]], rtol=1e-13)


def test_one_hot_labels_are_batched_too(backend):
    rng = np.random.default_rng(3)
    x, _ = batch(rng)
    t = xpnet.asarray(np.eye(5)[rng.integers(0, 5, 7)])
    losses = PerturbedLosses(Network(stack(rng, Relu()), SoftmaxWithLoss()), x, t)
    assert losses.batchable(0)
    np.testing.assert_allclose(
        xpnet.to_numpy(losses.losses(0, "b", 1e-2)), losses.losses_by_loop(0, "b", 1e-2), rtol=1e-13
    )


def test_nothing_is_batched_through_a_layer_that_is_not_rowwise():
    rng = np.random.default_rng(4)
    losses = PerturbedLosses(Network(stack(rng, Relu(), Shout()), SoftmaxWithLoss()), *batch(rng))
    assert not losses.batchable(0)
    assert losses.batchable(3)
    np.testing.assert_array_equal(losses.losses(0, "b", 1e-2), losses.losses_by_loop(0, "b", 1e-2))


def test_nothing_is_batched_before_a_last_layer_without_row_losses():
    class MeanSquare(Layer):
        def forward(self, x, t):
            return ((x - t) ** 2).mean()

    rng = np.random.default_rng(5)
    x, _ = batch(rng)
    losses = PerturbedLosses(Network(stack(rng, Relu()), MeanSquare()), x, rng.normal(size=(7, 5)))
    assert not losses.batchable(0)
    assert losses.losses(0, "b", 1e-2).shape == (3,)


def test_local_false_asks_for_the_plain_loop():
    rng = np.random.default_rng(6)
    losses = PerturbedLosses(
        Network(stack(rng, Relu()), SoftmaxWithLoss()), *batch(rng), local=False
    )
    assert not losses.batchable(0)


def test_parameters_and_pending_backward_are_undisturbed(backend):
    rng = np.random.default_rng(7)
    net = Network(stack(rng, Relu()), SoftmaxWithLoss())
    x, t = batch(rng)
    net.loss(x, t)
    kept = net.layers["Relu1"].mask
    before = xpnet.to_numpy(net.params.flat).copy()
    net.numerical_gradient(x + 1, t)
    net.numerical_gradient(x + 1, t, method="loop")
    assert net.layers["Relu1"].mask is kept
    np.testing.assert_array_equal(xpnet.to_numpy(net.params.flat), before)
