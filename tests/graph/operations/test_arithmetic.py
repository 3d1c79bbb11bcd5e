"""+ - * / ** @ on every backend: against autograd and finite differences, broadcast or not."""

from __future__ import annotations

import math
import operator
import warnings

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

    @pytest.mark.parametrize("exponent", [-1, Variable(-1), np.int64(-1), np.int8(-1)], ids=repr)
    def test_whole_numbers_to_the_power_of_minus_1_are_fractions(self, backend, exponent):
        assert (Variable(2) ** exponent).value == 0.5
        x = Variable(xpnet.asarray([2, 4]))
        y = x**exponent
        y.sum().backward()
        assert xpnet.to_numpy(y.value).tolist() == [0.5, 0.25]
        assert xpnet.to_numpy(x.grad).tolist() == [-0.25, -0.0625]

    @pytest.mark.parametrize("exponent", [2, np.int64(2), np.float32(2)], ids=repr)
    def test_a_plain_number_as_exponent_is_part_of_the_node(self, exponent):
        y = Variable(np.array([3.0])) ** exponent
        assert (y.operation.symbol, len(y.inputs)) == ("**2", 1)

    def test_exponents_in_an_array_of_integers_may_be_negative(self, backend):
        y = Variable(xpnet.asarray([2, 4])) ** xpnet.asarray([-1, 2])
        assert xpnet.to_numpy(y.value).tolist() == [0.5, 16.0]
        y = 2 ** Variable(xpnet.asarray([-1, 2]))
        assert xpnet.to_numpy(y.value).tolist() == [0.5, 4.0]

    def test_0_to_the_power_of_minus_1_is_infinite_in_arrays_and_told_of_numbers(self, backend):
        with np.errstate(divide="ignore"):
            y = Variable(xpnet.asarray([0, 2])) ** -1
        assert xpnet.to_numpy(y.value).tolist() == [math.inf, 0.5]
        for exponent in (-1, Variable(-1)):
            with pytest.raises(ZeroDivisionError, match="negative power"):
                Variable(0) ** exponent

    @pytest.mark.parametrize(
        "exponent", [np.int64(2), np.float32(2), np.array(2), np.array([2.0, 2.0]), Variable(2.0)]
    )
    def test_a_negative_base_is_no_reason_to_warn(self, exponent):
        x = Variable(np.array([-2.0, 3.0]))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            y = x**exponent
            y.sum().backward()
        assert y.value.tolist() == [4.0, 9.0]
        assert x.grad.tolist() == [-4.0, 6.0]

    def test_the_derivative_by_the_exponent_is_nan_where_the_base_is_negative(self, backend):
        n = Variable(2.0)
        (Variable(xpnet.asarray([-2.0])) ** n).sum().backward()
        assert math.isnan(float(n.grad))


class TestWholeNumbers:
    """Results are those of exact arithmetic: nothing wraps around."""

    @pytest.mark.parametrize(
        "make",
        [
            lambda x: x - 5,
            lambda x: 5 - x,
            lambda x: x + 300,
            lambda x: x * x,
            lambda x: x + x,
            lambda x: x - x * x,
            lambda x: -x,
            lambda x: x**3,
            lambda x: x**2 * 7,
            lambda x: x * 10**30,
            lambda x: x / 4,
        ],
    )
    @pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
    def test_of_short_integers(self, backend, make, dtype):
        info = np.iinfo(dtype)
        ends = [info.min, 1, info.max]
        y = make(Variable(xpnet.asarray(np.array(ends, dtype))))
        assert xpnet.to_numpy(y.value).tolist() == [float(make(n)) for n in ends]

    @pytest.mark.parametrize("dtype", ["int32", "uint32", "int64", "uint64"])
    def test_of_long_integers_up_to_the_rounding_of_float64(self, backend, dtype):
        n = np.iinfo(dtype).max
        x = Variable(xpnet.asarray(np.array([n, 1], dtype)))
        for make in (lambda x: x + x, lambda x: x * x, lambda x: -x, lambda x: x**3):
            found = xpnet.to_numpy(make(x).value).tolist()
            assert found == pytest.approx([make(n), make(1)], rel=1e-15)

    def test_products_sums_and_means_of_pixels(self, backend):
        x = Variable(xpnet.asarray([[200, 250], [255, 1]], "uint8"))
        assert xpnet.to_numpy((x @ x).value).tolist() == [[103750, 50250], [51255, 63751]]
        assert float(x.sum().value) == 706
        assert xpnet.to_numpy((x.sum(axis=0) * -1).value).tolist() == [-455, -251]
        assert float(x.mean().value) == 176.5

    def test_functions_of_pixels_are_those_of_float64(self, backend):
        x = Variable(xpnet.asarray([1, 200], "uint8"))
        np.testing.assert_allclose(xpnet.to_numpy(x.exp().value), np.exp([1.0, 200.0]), rtol=1e-14)
        np.testing.assert_allclose(xpnet.to_numpy(x.log().value), np.log([1.0, 200.0]), rtol=1e-14)

    def test_gradients_do_not_wrap_around_either(self, backend):
        x, y = (Variable(xpnet.asarray([n], "uint8")) for n in (200, 100))
        (x**3 - x * y * y).sum().backward()
        assert float(x.grad[0]) == 3 * 200**2 - 100**2
        assert float(y.grad[0]) == -2 * 200 * 100

    def test_entries_that_are_only_moved_or_chosen_stay_integers(self, backend):
        x = Variable(xpnet.asarray([[1, 200]], "uint8"))
        for y in (x.T, x.reshape(2), x[0], x.max(), x.relu()):
            assert str(y.value.dtype) == "uint8"

    def test_beside_floating_point_numbers_those_decide(self, backend):
        x = Variable(xpnet.asarray([200], "uint8"))
        y = x * xpnet.asarray([2.0], "float32") * x
        assert (str(y.value.dtype), float(y.value[0])) == ("float32", 80000.0)

    def test_integers_of_python_stay_integers_of_any_length(self):
        x = Variable(10**20)
        y = x * x - 7
        assert y.value == 10**40 - 7
        assert type((Variable(100) * 2).value) is int
        assert type((Variable(100) * np.uint8(2)).value) is int
        assert Variable(10**30).log().value == pytest.approx(30 * math.log(10))


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
