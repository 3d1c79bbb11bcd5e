"""exp, log, relu, sigmoid: of numbers and of arrays, against autograd and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from xpnet.graph import Variable
from xpnet.layers import Relu, Sigmoid

from .agreement import assert_agrees
from .cases import UNARY

lenient = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
FUNCTIONS = [case for case in UNARY if case.name in ("exp", "log", "relu", "sigmoid")]


@pytest.mark.parametrize("case", FUNCTIONS, ids=repr)
@lenient
@given(shape=shapes, seed=st.integers(0, 2**32 - 1))
def test_values_and_gradients(backend, case, shape, seed):
    x = case.draw(np.random.default_rng(seed), shape)
    assert_agrees(case.ours, case.theirs, x, seed=seed)


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [
        ("exp", math.exp(0.5), math.exp(0.5)),
        ("log", math.log(0.5), 2.0),
        ("relu", 0.5, 1),
        ("sigmoid", 1 / (1 + math.exp(-0.5)), math.exp(-0.5) / (1 + math.exp(-0.5)) ** 2),
    ],
)
def test_of_a_number_they_are_a_number(name, value, slope):
    x = Variable(0.5)
    y = getattr(x, name)()
    y.backward()
    assert type(y.value) is float
    assert y.value == pytest.approx(value, rel=1e-15)
    assert type(x.grad) in (int, float)
    assert x.grad == pytest.approx(slope, rel=1e-15)


@pytest.mark.parametrize(("name", "layer"), [("relu", Relu), ("sigmoid", Sigmoid)])
def test_they_are_the_layers_also_at_0_and_far_away(backend, name, layer):
    values = xpnet.asarray([-1000.0, -1.0, -0.0, 0.0, 0.5, 1000.0, math.nan], dtype="float32")
    x, node = Variable(values), layer()
    y = getattr(x, name)()
    dout = xpnet.asarray(np.arange(7), dtype="float32")
    y.backward(dout)
    np.testing.assert_array_equal(xpnet.to_numpy(y.value), xpnet.to_numpy(node.forward(values)))
    wanted = xpnet.to_numpy(node.backward(dout))
    np.testing.assert_allclose(xpnet.to_numpy(x.grad), wanted, rtol=1e-6)
