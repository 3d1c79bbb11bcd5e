"""A layer that says `capturable` is replayed on new inputs."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.gradient import check_layer
from xpnet.layers import AddLayer, Affine, Layer, MulLayer, Relu, Sigmoid, SoftmaxWithLoss


@pytest.fixture
def x(backend):
    return xpnet.asarray(np.random.default_rng(0).normal(size=(4, 3)))


@pytest.fixture
def _captures(backend):
    if type(backend).capture is Backend.capture:
        pytest.skip("this backend captures nothing")


@pytest.mark.parametrize("make", [Relu, Sigmoid])
def test_the_layers_of_the_library_are_replayed(x, make):
    assert make.capturable
    assert check_layer(make(), x).passed


def test_layers_with_parameters_with_two_inputs_and_of_a_loss_are_replayed(x):
    W, b = xpnet.asarray(np.ones((3, 2))), xpnet.asarray(np.zeros(2))
    labels = xpnet.asarray(np.array([0, 2, 1, 1]))
    cases = [(Affine(W, b), x), (MulLayer(), x, x + 1), (AddLayer(), x, x + 1)]
    cases += [(MulLayer(), 100, 2), (AddLayer(), 1.5, 2)]
    for layer, *inputs in [*cases, (SoftmaxWithLoss(), x, labels)]:
        assert layer.capturable
        assert check_layer(layer, *inputs).passed


class Scaled(Layer):
    """Twice the input, as it should be: each kind below does something else beside."""

    capturable = True

    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class Looks(Scaled):
    """Its Python depends on what an array holds."""

    capturable = True

    def forward(self, x):
        return 2 * x if float(x.sum()) > -1e9 else x


class Freezes(Scaled):
    """A number that comes from Python is the recorded one in each replay."""

    capturable = True

    def __init__(self):
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return (2 if self.calls < 40 else 3) * x


def test_a_layer_that_can_be_replayed_passes(x):
    assert check_layer(Scaled(), x).passed


@pytest.mark.usefixtures("_captures")
def test_a_layer_that_looks_at_its_input_is_told(x):
    report = check_layer(Looks(), x)
    assert any("capturable is True, but it cannot be captured" in p for p in report.problems)


@pytest.mark.usefixtures("_captures")
def test_a_layer_whose_calls_differ_is_told(x):
    from xpnet.gradient.replay_check import replay_violations

    layer = Freezes()
    layer.calls = 37  # the third call after the recording is another
    (told,) = replay_violations(layer, [x], xpnet.asarray(np.ones((4, 3))))
    assert told == "capturable is True, but a replay gives other numbers than a call"


def test_nothing_is_asked_of_a_layer_that_does_not_say_so(x):
    class Quiet(Looks):
        pass

    assert not Quiet.capturable
    assert check_layer(Quiet(), x).passed
