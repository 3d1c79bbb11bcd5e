"""sum, mean, max, reshape, transpose, indexing: against autograd and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xpnet
from xpnet.errors import ShapeError
from xpnet.graph import Variable

from .agreement import assert_agrees
from .cases import REDUCTIONS, distinct, signed

lenient = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
shapes = hnp.array_shapes(min_dims=1, max_dims=3, max_side=3)
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("case", REDUCTIONS, ids=repr)
@lenient
@given(data=st.data(), shape=shapes, seed=seeds, keepdims=st.booleans())
def test_reductions_over_any_axes(backend, case, data, shape, seed, keepdims):
    axes = st.none() | st.integers(-len(shape), len(shape) - 1)
    several = hnp.valid_tuple_axes(len(shape), min_size=1)
    axis = data.draw(axes if case.name == "max" else axes | several)  # autograd's max takes one
    x = case.draw(np.random.default_rng(seed), shape)

    def reduced(function):
        return lambda x: function(x, axis=axis, keepdims=keepdims)

    assert_agrees(reduced(case.ours), reduced(case.theirs), x, seed=seed)


def test_a_maximum_may_run_over_several_axes(backend):
    x = Variable(xpnet.asarray(distinct(np.random.default_rng(0), (2, 3, 2))))
    y = x.max(axis=(0, 2))
    y.backward(xpnet.asarray([1.0, 2.0, 3.0]))
    values, gradient = xpnet.to_numpy(x.value), xpnet.to_numpy(x.grad)
    largest = values == values.max(axis=(0, 2), keepdims=True)
    np.testing.assert_array_equal(gradient, largest * np.array([[1.0], [2.0], [3.0]]))


def test_equal_largest_entries_share_the_gradient(backend):
    x = Variable(xpnet.asarray([[3.0, 3.0, 1.0], [2.0, 5.0, 5.0]]))
    x.max(axis=1).sum().backward()
    assert xpnet.to_numpy(x.grad).tolist() == [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]


def test_axes_go_unless_they_are_to_be_kept(backend):
    x = Variable(xpnet.asarray(np.ones((2, 3))))
    for reduce in (x.sum, x.mean, x.max):
        assert (reduce(axis=0).shape, reduce(axis=0, keepdims=True).shape) == ((3,), (1, 3))
        assert (reduce().shape, reduce(None, True).shape) == ((), (1, 1))


@pytest.mark.parametrize("name", ["sum", "mean", "max"])
def test_a_number_is_its_own_reduction(name):
    x = Variable(3.0)
    y = getattr(x, name)()
    y.backward()
    assert (y.value, x.grad) == (3.0, 1.0)


@pytest.mark.parametrize("axes", [(), (None,), (0, 1), ([0, 1],), (np.array([0, 1]),)], ids=repr)
def test_an_order_of_axes_may_be_given_in_every_way_of_numpy(backend, axes):
    x = np.ones((2, 3))
    assert Variable(xpnet.asarray(x)).transpose(*axes).shape == x.transpose(*axes).shape


@lenient
@given(data=st.data(), shape=shapes, seed=seeds)
def test_axes_in_any_order(backend, data, shape, seed):
    axes = data.draw(st.none() | st.permutations(range(len(shape))).map(tuple))
    x = signed(np.random.default_rng(seed), shape)
    assert_agrees(
        lambda x: x.T if axes is None else x.transpose(axes),
        lambda x: x.transpose(axes) if axes else x.T,
        x,
        seed=seed,
    )


def test_axes_may_be_counted_from_the_end(backend):
    x = signed(np.random.default_rng(0), (2, 3, 4))
    assert_agrees(lambda x: x.transpose(-1, 0, 1), lambda x: x.transpose((2, 0, 1)), x)


@pytest.mark.parametrize("shape", [(6, 4), (24,), (2, -1), (3, 2, 4)])
def test_other_shapes_of_the_same_entries(backend, shape):
    x = signed(np.random.default_rng(0), (2, 3, 4))
    assert_agrees(lambda x: x.reshape(*shape), lambda x: x.reshape(shape), x)
    assert Variable(xpnet.asarray(x)).reshape(shape).shape == x.reshape(shape).shape


@pytest.mark.parametrize(
    "index",
    [0, -1, slice(1, 3), (slice(None), 1), (0, slice(None, None, 2)), (..., -1), (None, 1), (2, 1)],
    ids=repr,
)
def test_plain_indices(backend, index):
    x = signed(np.random.default_rng(0), (3, 4))
    assert_agrees(lambda x: x[index], lambda x: x[index], x)


def test_an_entry_that_is_taken_twice_gets_both_gradients(backend):
    x = Variable(xpnet.asarray([1.0, 2.0, 3.0]))
    y = x[xpnet.asarray([0, 2, 2])]
    y.backward(xpnet.asarray([1.0, 10.0, 100.0]))
    assert xpnet.to_numpy(y.value).tolist() == [1.0, 3.0, 3.0]
    assert xpnet.to_numpy(x.grad).tolist() == [1.0, 0.0, 110.0]


def test_labels_choose_an_entry_of_each_row(backend):
    x = Variable(xpnet.asarray(np.arange(6.0).reshape(2, 3)))
    rows, labels = xpnet.asarray([0, 1]), xpnet.asarray([2, 0])
    x[rows, labels].sum().backward()
    assert xpnet.to_numpy(x.grad).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a_mask_chooses_entries(backend):
    x = Variable(xpnet.asarray([1.0, -2.0, 3.0]))
    x[x.value > 0].sum().backward()
    assert xpnet.to_numpy(x.grad).tolist() == [1.0, 0.0, 1.0]


class TestRefusals:
    @pytest.mark.parametrize(
        "call",
        [lambda x: x.reshape(5), lambda x: x.sum(axis=2), lambda x: x.transpose(0, 0)],
        ids=["reshape", "sum", "transpose"],
    )
    def test_shapes_and_axes_that_do_not_fit_are_told(self, backend, call):
        with pytest.raises(ShapeError, match=r"of shape \(2, 3\): "):
            call(Variable(xpnet.asarray(np.ones((2, 3)))))

    @pytest.mark.parametrize("call", [lambda x: x.reshape(1), lambda x: x[0]])
    def test_a_number_has_no_axes(self, call):
        with pytest.raises(ShapeError, match="one number has no axes"):
            call(Variable(3.0))

    def test_an_index_out_of_range_is_an_index_error(self, backend):
        with pytest.raises(IndexError):
            Variable(xpnet.asarray([1.0, 2.0]))[5]
