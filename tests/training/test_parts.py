"""Parts of a batch: ranks and pieces give the gradient, the loss and the means of the whole."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.layers.part import WHOLE
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov
from xpnet.training import Trainer
from xpnet.training.parts import Parts

from .ranks import Thread, on_ranks

RNG = np.random.default_rng(0)
X = RNG.normal(size=(47, 6))
T = (X[:, 0] > X[:, 1]).astype(int)
SHAPES = [(1, 2), (1, 9), (2, 1), (3, 1), (4, 1), (2, 2), (3, 3)]
"""Ranks, and parts of each: 9 rows a batch, which most do not divide, and 2 in the last one."""


def host(array):
    return np.array(xpnet.to_numpy(array))


def trained(comm=None, steps=24, dtype="float64", optimizer=SGD, net=None, **options):
    """A trainer after a few epochs; of a rank if there is a communicator."""
    made = MultiLayerNet(6, [8], 2, seed=0, dtype=dtype, **(net or {}))
    options = {"batch_size": 9, "progress": False, "comm": comm, **options}
    trainer = Trainer(made, optimizer(lr=0.05), (X, T), **options)
    trainer.run(iterations=steps)
    return trainer


def on_parts(size, accumulate, **options):
    return on_ranks(size, lambda comm: trained(comm, accumulate=accumulate, **options))


@pytest.mark.parametrize(("size", "accumulate"), SHAPES)
def test_parts_train_as_the_whole_does(backend, size, accumulate):
    whole, parts = trained(), on_parts(size, accumulate)
    for part in parts:
        np.testing.assert_allclose(
            host(part.net.params.flat), host(whole.net.params.flat), rtol=1e-12, atol=1e-14
        )
        np.testing.assert_allclose(part.history.losses, whole.history.losses, rtol=1e-12)
        assert part.history.losses == parts[0].history.losses
        assert host(part.net.params.flat).tobytes() == host(parts[0].net.params.flat).tobytes()


@pytest.mark.parametrize("optimizer", [Momentum, Nesterov, AdaGrad, Adam, AdamW])
def test_every_optimizer_has_the_gradient_of_the_whole(optimizer):
    whole, parts = trained(optimizer=optimizer), on_parts(3, 1, optimizer=optimizer)
    np.testing.assert_allclose(
        host(parts[2].net.params.flat), host(whole.net.params.flat), rtol=1e-9, atol=1e-11
    )


def test_a_float32_network_comes_within_its_rounding_after_a_thousand_steps():
    options = {"dtype": "float32", "steps": 1000}
    whole, parts = trained(**options), on_parts(2, 1, **options)
    error = np.abs(host(parts[1].net.params.flat) - host(whole.net.params.flat)).max()
    assert error <= 1e-5 * np.abs(host(whole.net.params.flat)).max()


@pytest.mark.parametrize(("size", "accumulate"), SHAPES)
def test_dropout_has_the_masks_of_the_whole(backend, size, accumulate):
    net = {"dropout": 0.4}
    whole, parts = trained(net=net), on_parts(size, accumulate, net=net)
    for part in parts:
        np.testing.assert_allclose(
            host(part.net.params.flat), host(whole.net.params.flat), rtol=1e-12, atol=1e-14
        )
        assert host(part.net["Dropout1"].steps).tolist() == [24]


def test_clipping_is_by_the_norm_of_the_whole_gradient():
    whole, parts = trained(clip_norm=0.1), on_parts(3, 2, clip_norm=0.1)
    np.testing.assert_allclose(
        host(parts[0].net.params.flat), host(whole.net.params.flat), rtol=1e-12, atol=1e-14
    )
    assert not np.allclose(host(trained().net.params.flat), host(whole.net.params.flat))


def test_running_means_are_those_of_all_ranks_in_proportion_to_their_rows(backend):
    net = MultiLayerNet(6, [8], 2, seed=0, dtype="float64", batch_norm=True)
    alone = copy.deepcopy(net)

    def step(comm):
        mine = copy.deepcopy(net)
        Trainer(mine, SGD(0.1), (X, T), batch_size=9, comm=comm, progress=False).step()
        return mine["BatchNorm1"]

    layers = on_ranks(2, step)
    order = Trainer(alone, SGD(0.1), (X, T), batch_size=9, progress=False).batches
    rows = host(order.at(0, alone.backend.name))
    hidden = host(alone["Affine1"].apply(xpnet.asarray(X[rows])))
    means = hidden[:5].mean(axis=0), hidden[5:].mean(axis=0)
    expected = 0.1 * (5 * means[0] + 4 * means[1]) / 9
    for layer in layers:
        np.testing.assert_allclose(host(layer.running_mean), expected, rtol=1e-12)
        np.testing.assert_array_equal(host(layer.running_var), host(layers[0].running_var))


def test_one_reduction_a_step_brings_gradients_loss_and_means(backend):
    def sent(comm):
        trainer = trained(comm, steps=5, net={"batch_norm": True})
        return trainer.net.params.flat.size, comm.reduced

    size, reduced = on_ranks(2, sent)[1]
    assert reduced == [size + 1 + 2 * 8] * 5


def test_layers_are_told_of_parts_during_a_step_alone():
    trainer = on_parts(1, 3)[0]
    assert all(layer.part is WHOLE for layer in trainer.net.stack.every)


def test_a_part_that_fails_leaves_layers_with_the_whole():
    trainer = trained(accumulate=3)
    trainer.net.backprop = None  # what a step calls
    with pytest.raises(TypeError):
        trainer.step()
    assert all(layer.part is WHOLE for layer in trainer.net.stack.every)


def test_a_smaller_batch_has_fewer_parts_and_none_is_larger_than_those_of_a_full_one():
    assert [len(list(Parts(Thread(0, 1, None), 3, 9)._of(rows))) for rows in (9, 7, 3, 2)] == [
        3,
        3,
        1,
        1,
    ]


def test_what_forward_keeps_is_of_one_part():
    seen = []
    trainer = trained(accumulate=4, steps=1)
    forward = trainer.net["Affine1"].forward
    trainer.net["Affine1"].forward = lambda x: seen.append(len(x)) or forward(x)
    trainer.step()
    assert seen == [3, 3, 3]


@pytest.mark.parametrize("accumulate", [0, -1, 1.5, "two", None])
def test_parts_are_counted_from_one(accumulate):
    with pytest.raises(OptionError, match="accumulate"):
        trained(accumulate=accumulate)


def test_a_batch_has_a_row_for_each_part():
    Parts(Thread(0, 2, None), 4, 8)
    with pytest.raises(OptionError, match="batch_size=7: expected at least a row for each part"):
        Parts(Thread(0, 2, None), 4, 7)


@pytest.mark.parametrize("net", [{"dropout": 0.4}, {"batch_norm": True}])
def test_a_step_in_parts_is_captured_with_the_bits_of_a_plain_one(capturing, net):
    options = {"accumulate": 3, "net": net, "optimizer": Adam, "steps": 40}
    captured, plain = trained(**options), trained(**options, capture=False)
    assert captured.captured
    assert not plain.captured
    assert captured.history.losses == plain.history.losses
    assert host(captured.net.params.flat).tobytes() == host(plain.net.params.flat).tobytes()
    for layer, other in zip(captured.net.stack.every, plain.net.stack.every, strict=True):
        for name, array in layer.buffers.items():
            assert host(array).tobytes() == host(other.buffers[name]).tobytes()


def test_ranks_capture_only_what_their_communicator_says_can_be(capturing, monkeypatch):
    assert not any(part.captured for part in on_parts(2, 1))
    with pytest.raises(OptionError, match="Thread does not say capturable = True"):
        on_parts(2, 1, capture=True)
    if capturing.name == "numpy":  # sums of threads can be called again, but are no device's work
        monkeypatch.setattr(Thread, "capturable", True)
        captured = on_parts(2, 1)
        assert all(part.captured for part in captured)
        assert captured[1].history.losses == on_parts(2, 1, capture=False)[1].history.losses
