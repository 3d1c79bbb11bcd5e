"""Right results of activations are within their bounds, by comparison with float64."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xpnet.backends import Backend, load_backend
from xpnet.layers import LeakyRelu, Tanh
from xpnet.parity import compare
from xpnet.parity.activation_rules import ACTIVATION_RULES
from xpnet.parity.bounds import INPUT

from .test_layer_rules import assert_within, seeds, sizes, spreads, wide


@given(sizes, spreads, seeds)
def test_tanh(size, spread, seed):
    rng = np.random.default_rng(seed)
    x, dout = (spread * rng.normal(size=(2, size))).astype("float32")
    layer, (forward, backward) = Tanh(), ACTIVATION_RULES[Tanh]
    exact_x, exact_dout = wide(x, dout)
    y = np.tanh(exact_x)
    assert_within(y, layer.forward(x), forward({}, exact_x))
    bound = backward({}, exact_dout, exact_x)[INPUT]
    assert_within(exact_dout * (1 - y * y), layer.backward(dout), bound)


@pytest.mark.parametrize("way", ["numpy", "base"])
@given(size=sizes, spread=spreads, slope=st.sampled_from([0.01, 0.3, 2.5]), seed=seeds)
def test_leaky_relu(way, size, spread, slope, seed):
    rng = np.random.default_rng(seed)
    x, dout = (spread * rng.normal(size=(2, size))).astype("float32")
    forward, backward = ACTIVATION_RULES[LeakyRelu]
    exact_x, exact_dout = wide(x, dout)
    backend = load_backend("numpy")
    kind = Backend if way == "base" else type(backend)
    y = kind.leaky_relu(backend, x, slope)
    exact = np.where(exact_x <= 0, slope * exact_x, exact_x)
    assert_within(exact, y, forward({"slope": slope}, exact_x))
    exact = np.where(exact_x <= 0, slope * exact_dout, exact_dout)
    bound = backward({"slope": slope}, exact_dout, exact_x)[INPUT]
    assert_within(exact, kind.leaky_relu_grad(backend, dout, y, slope), bound)


def test_leaky_relu_may_not_be_off_at_all_above_zero():
    x = np.array([[-1.0, 2.0]])
    forward, backward = ACTIVATION_RULES[LeakyRelu]
    for bound in (forward({"slope": 0.1}, x), backward({"slope": 0.1}, x, x)[INPUT]):
        assert bound.count.tolist() == [[2, 0]]


def test_another_slope_is_beyond_the_bound():
    x = np.array([-1.0, 2.0])
    bound = ACTIVATION_RULES[LeakyRelu][0]({"slope": 0.01}, x)
    off = np.array([-0.01001, 2.0])
    assert compare(np.array([-0.01, 2.0]), off, bound, "float32").bound_ratio > 1
