"""Dropout: a new mask at each step, the same on every backend; nothing in inference."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.gradient import check_gradients, check_layer
from xpnet.layers import Dropout
from xpnet.networks import MultiLayerNet


def host(array):
    return xpnet.to_numpy(array).copy()


@pytest.fixture
def x(backend):
    return xpnet.asarray(np.random.default_rng(0).normal(size=(6, 10)))


def mask_of(step, seed, rate, count):
    words = np.random.Philox(counter=[0, step, 0, 0], key=seed).random_raw(count)
    return words.astype("<u8").view("<u4")[:count] >= rate * 2**32


def test_each_forward_has_the_mask_of_its_step(x):
    layer = Dropout(0.25, seed=11)
    for step in range(3):
        y, mask = host(layer.forward(x)), mask_of(step, 11, 0.25, 60).reshape(6, 10)
        np.testing.assert_array_equal(host(layer.mask), mask)
        np.testing.assert_allclose(y, np.where(mask, host(x) / 0.75, 0), rtol=1e-15)
        assert host(layer.steps).tolist() == [step + 1]


def test_backward_goes_by_the_mask_of_the_last_forward(x):
    layer = Dropout(0.5, seed=1)
    for _ in range(2):
        layer.forward(x)
        dx = host(layer.backward(x + 1))
        np.testing.assert_array_equal(dx, np.where(host(layer.mask), 2 * (host(x) + 1), 0))


def test_inference_is_the_identity_and_counts_no_step(x):
    layer = Dropout(0.5)
    np.testing.assert_array_equal(host(layer.apply(x)), host(x))
    assert host(layer.steps).tolist() == [0]


def test_the_training_function_has_the_mask_of_the_last_forward(x):
    layer = Dropout(0.5)
    first = host(layer.apply_training(x))  # before a first forward, of that one
    np.testing.assert_array_equal(host(layer.forward(x)), first)
    second = host(layer.forward(x))
    assert (second != first).any()
    for _ in range(2):
        np.testing.assert_array_equal(host(layer.apply_training(x)), second)
    layer.release()
    np.testing.assert_array_equal(host(layer.apply_training(x)), second)
    assert host(layer.steps).tolist() == [2]


def test_a_rate_of_zero_drops_nothing(x):
    np.testing.assert_array_equal(host(Dropout(0).forward(x)), host(x))


def test_a_mask_drops_what_is_nan_and_keeps_what_is_nan(backend):
    layer = Dropout(0.5)
    y = host(layer.forward(xpnet.asarray(np.full((5, 5), np.nan))))
    np.testing.assert_array_equal(np.isnan(y), host(layer.mask))
    assert (y[~host(layer.mask)] == 0).all()


def test_a_copy_goes_on_from_the_same_step(x):
    layer = Dropout(0.5)
    layer.forward(x)
    other = copy.deepcopy(layer)
    np.testing.assert_array_equal(host(other.forward(x)), host(layer.forward(x)))
    other.forward(x)
    assert host(layer.steps).tolist() == [2]


def test_a_check_is_of_one_mask_and_draws_none(x):
    layer = Dropout(0.5, seed=4)
    layer.forward(x)
    assert check_layer(layer, x).passed
    assert host(layer.steps).tolist() == [1]


@pytest.mark.parametrize("before", [0, 1, 5])
def test_a_network_with_masks_passes_its_gradient_check(backend, before):
    rng = np.random.default_rng(0)
    x, t = xpnet.asarray(rng.normal(size=(5, 4))), xpnet.asarray(np.array([0, 1, 2, 1, 0]))
    net = MultiLayerNet(
        4, [6, 5], 3, activation="sigmoid", dropout=0.4, batch_norm=True, seed=0, dtype="float64"
    )
    for _ in range(before):
        net.gradient(x, t)
    report = check_gradients(net, x, t)
    assert report.passed, str(report)
    assert host(net["Dropout1"].steps).tolist() == [before]


@pytest.mark.parametrize("numerical_first", [False, True])
def test_the_chapters_check_of_a_new_network_is_of_one_mask(backend, numerical_first):
    rng = np.random.default_rng(0)
    x, t = xpnet.asarray(rng.normal(size=(5, 4))), xpnet.asarray(np.array([0, 1, 2, 1, 0]))
    net = MultiLayerNet(4, [6], 3, activation="sigmoid", dropout=0.4, seed=0, dtype="float64")
    if numerical_first:
        numerical, backprop = net.numerical_gradient(x, t), net.gradient(x, t)
    else:
        backprop, numerical = net.gradient(x, t), net.numerical_gradient(x, t)
    np.testing.assert_allclose(host(backprop.flat), host(numerical.flat), atol=1e-8)


def test_seeds_are_integers_or_drawn_from_a_generator():
    rng = np.random.default_rng(0)
    drawn = [Dropout(0.5, rng).seed for _ in range(2)] + [Dropout(0.5, None).seed]
    assert len(set(drawn)) == 3
    assert Dropout(0.5, np.random.default_rng(0)).seed == drawn[0]
    assert Dropout(0.5, 2**128 - 1).seed == 2**128 - 1


@pytest.mark.parametrize("seed", [-1, 2**128, 1.5, "one"])
def test_another_seed_is_refused(seed):
    with pytest.raises(OptionError, match="seed: expected"):
        Dropout(0.5, seed)


@pytest.mark.parametrize("rate", [1, 1.5, -0.1, None, "half", float("nan")])
def test_another_rate_is_refused(rate):
    with pytest.raises(OptionError, match="rate: expected a number from 0 to below 1"):
        Dropout(rate)


def test_it_prints_as_it_is_made():
    assert repr(Dropout(0.25, seed=7)) == "Dropout(rate=0.25, seed=7)"
    made = Dropout.from_params({}, Dropout(0.25, 7).options())
    assert (made.rate, made.seed) == (0.25, 7)
