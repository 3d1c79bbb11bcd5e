"""+ - * / ** @ on every backend: against autograd and finite differences, broadcast or not."""

from __future__ import annotations

import operator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from xpnet.errors import ShapeError
from xpnet.graph import Variable

from .agreement import assert_agrees
from .cases import PAIRS, UNARY

# the backend stays the same for all examples of a test
lenient = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=3)
pairs_of_shapes = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, max_side=3)
products = hnp.mutually_broadcastable_shapes(
    signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, max_side=3
)
seeds = st.integers(0, 2**32 - 1)
ARITHMETIC = [case for case in UNARY if case.name not in ("exp", "log", "relu", "sigmoid")]


@pytest.mark.parametrize("case", PAIRS, ids=repr)
@lenient
@given(pair=pairs_of_shapes, seed=seeds)
def test_pairs_broadcast_and_their_gradients_are_summed_back(backend, case, pair, seed):
    rng = np.random.default_rng(seed)
    x, y = (case.draw(rng, shape) for shape in pair.input_shapes)
    assert_agrees(case.ours, case.theirs, x, y, seed=seed)


@pytest.mark.parametrize("case", ARITHMETIC, ids=repr)
@lenient
@given(shape=shapes, seed=seeds)
def test_operations_of_one_input_and_a_number(backend, case, shape, seed):
    x = case.draw(np.random.default_rng(seed), shape)
    assert_agrees(case.ours, case.theirs, x, seed=seed)


@lenient
@given(pair=products, seed=seeds)
def test_products_of_vectors_matrices_and_stacks(backend, pair, seed):
    rng = np.random.default_rng(seed)
    x, y = (rng.normal(size=shape) for shape in pair.input_shapes)
    assert_agrees(operator.matmul, operator.matmul, x, y, seed=seed)


@pytest.mark.parametrize(
    "function",
    [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow],
    ids=lambda function: function.__name__,
)
def test_an_array_or_a_number_may_stand_on_the_left(backend, function):
    host = np.array([0.5, 2.0, 3.0])
    x = Variable(xpnet.asarray(host))
    for left in (xpnet.asarray([1.0, 4.0, 2.0]), 4.0, 1):
        plain = left if isinstance(left, (int, float)) else xpnet.to_numpy(left)
        y = function(left, x)
        assert isinstance(y, Variable)
        np.testing.assert_allclose(xpnet.to_numpy(y.value), function(plain, host), rtol=1e-14)


def test_an_array_may_stand_on_the_left_of_a_product(backend):
    y = xpnet.asarray(np.ones((2, 3))) @ Variable(xpnet.asarray(np.ones(3)))
    assert xpnet.to_numpy(y.value).tolist() == [3.0, 3.0]


class TestPowers:
    def test_at_0_the_derivative_by_base_and_exponent_is_finite_where_the_limit_is(self, backend):
        x, y = Variable(xpnet.asarray([0.0, 0.0])), Variable(xpnet.asarray([2.0, 1.0]))
        (x**y).sum().backward()
        assert xpnet.to_numpy(x.grad).tolist() == [0.0, 1.0]
        assert xpnet.to_numpy(y.grad).tolist() == [0.0, 0.0]

    def test_a_power_of_0_has_no_slope_even_at_0(self, backend):
        x = Variable(xpnet.asarray([0.0, 2.0]))
        (x**0).sum().backward()
        assert xpnet.to_numpy(x.grad).tolist() == [0.0, 0.0]

    def test_a_negative_power_of_whole_numbers_is_a_fraction(self, backend):
        x = Variable(xpnet.asarray([2, 4]))
        y = (x**-1).sum()
        y.backward()
        assert float(y.value) == 0.75
        assert xpnet.to_numpy(x.grad).tolist() == [-0.25, -0.0625]


class TestRefusals:
    @pytest.mark.parametrize("function", [operator.add, operator.mul, operator.matmul])
    def test_shapes_that_do_not_fit_are_told(self, backend, function):
        x, y = Variable(xpnet.asarray(np.ones((2, 3)))), Variable(xpnet.asarray(np.ones((4, 2))))
        with pytest.raises(ShapeError, match=r"of shape \(2, 3\) and \(4, 2\): "):
            function(x, y)

    def test_a_product_takes_no_number(self, backend):
        with pytest.raises(ShapeError, match=r"multiply by a number with \*"):
            Variable(xpnet.asarray(np.ones(3))) @ 2.0

    def test_a_root_of_a_negative_number_is_no_real_number(self):
        with pytest.raises(TypeError, match="got a complex"):
            Variable(-8.0) ** (1 / 3)
