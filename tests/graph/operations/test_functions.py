"""exp, log, relu, sigmoid: of numbers and of arrays, against autograd and finite differences."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

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


def exactly(x):
    """``1 / (1 + exp(-x))`` to 40 digits."""
    with localcontext() as context:
        context.prec = 40
        return 1 / (1 + (-Decimal(x)).exp())


class TestTheSmallEndOfTheSigmoid:
    """It keeps its digits: at most 4 units in the last place."""

    @pytest.mark.parametrize(
        "x", [-700.0, -300.0, -100.0, -38.0, -37.0, -20.0, -1.0, 0.0, 3.0, 700.0]
    )
    def test_of_numbers_and_of_float64(self, backend, x):
        right = exactly(x)
        of_number = Variable(x).sigmoid().value
        of_array = float(Variable(xpnet.asarray([x])).sigmoid().value[0])
        for found in (of_number, of_array):
            assert abs(Decimal(found) - right) <= 4 * Decimal(math.ulp(float(right)))

    @pytest.mark.parametrize("x", [-80, -50, -17, -9, -1, 0, 2, 80])
    def test_of_float32(self, backend, x):
        right = exactly(x)
        found = Variable(xpnet.asarray([x], "float32")).sigmoid().value
        assert str(found.dtype) == "float32"
        assert abs(Decimal(float(found[0])) - right) <= 4 * Decimal(
            float(np.spacing(np.float32(right)))
        )

    @pytest.mark.parametrize("x", [-38, np.int64(-38)])
    def test_of_integers(self, x):
        assert float(Variable(x).sigmoid().value) == pytest.approx(float(exactly(-38)), rel=1e-15)

    def test_of_pixels(self, backend):
        y = Variable(xpnet.asarray([-100, 100], "int8")).sigmoid()
        assert xpnet.to_numpy(y.value) == pytest.approx([float(exactly(-100)), 1.0], rel=1e-15)

    def test_gradients_there(self, backend):
        x = Variable(xpnet.asarray([-300.0, -38.0]))
        x.sigmoid().sum().backward()
        wanted = [float(exactly(n)) for n in (-300, -38)]
        assert xpnet.to_numpy(x.grad) == pytest.approx(wanted, rel=1e-14, abs=0)
