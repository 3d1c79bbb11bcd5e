"""Variables: their values, expressions with them, and the gradients that backward sets."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import xpnet
from tests.strange_arrays import STRANGE, strange
from xpnet.errors import MixedBackendError, ShapeError
from xpnet.graph import Variable


def on(backend, *values):
    return Variable(backend.asarray(list(values)))


class TestValues:
    def test_a_number_or_an_array_as_it_is(self, backend):
        x = xpnet.asarray([1.0, 2.0])
        assert Variable(x).value is x
        assert Variable(100).value == 100
        assert (Variable(x).shape, Variable(100).shape) == ((2,), ())

    def test_a_new_one_comes_from_nothing(self):
        x = Variable(1.0, name="x")
        assert (x.name, x.inputs, x.operation, x.grad, x.constant) == ("x", (), None, None, False)

    def test_numbers_in_an_expression_are_constants(self):
        y = Variable(1.0) + 2
        assert [source.constant for source in y.inputs] == [False, True]

    def test_its_repr_has_a_number_or_the_shape_of_an_array(self):
        assert repr(Variable(2.5, name="x")) == "Variable(2.5, name='x')"
        assert repr(Variable(np.ones((2, 3)))) == "Variable(float64 (2, 3))"

    def test_a_variable_as_value_and_a_name_that_is_no_string_are_refused(self):
        with pytest.raises(TypeError, match="expected a number or an array, got a Variable"):
            Variable(Variable(1.0))
        with pytest.raises(TypeError, match="expected a string as name, got 3"):
            Variable(1.0, name=3)

    def test_arrays_can_be_iterated_over_and_numbers_cannot(self, backend):
        rows = list(Variable(xpnet.asarray([[1.0, 2.0], [3.0, 4.0]])))
        assert [xpnet.to_numpy(row.value).tolist() for row in rows] == [[1.0, 2.0], [3.0, 4.0]]
        with pytest.raises(TypeError, match="is one number"):
            list(Variable(1.0))


class TestOperands:
    """Expressions with arrays, scalars and lists that change afterwards."""

    def test_an_array_in_an_expression_may_change_afterwards(self, backend):
        x = Variable(xpnet.asarray([1.0, 2.0]))
        factor, exponent = xpnet.asarray([3.0, 4.0]), xpnet.asarray([2.0, 2.0])
        y = (factor * x**exponent).sum()
        factor[...], exponent[...] = 0.0, 0.0
        y.backward()
        assert xpnet.to_numpy(x.grad).tolist() == [6.0, 16.0]

    def test_the_value_of_a_variable_may_change_afterwards(self, backend):
        entries = xpnet.asarray([[1.0, 2.0], [3.0, 4.0]])
        x, w = Variable(entries), Variable(xpnet.asarray([[1.0], [2.0]]))
        y = (x.T @ w).sum() + x[0].sum() + (x.reshape(4) * x.reshape(4)).max()
        y.backward()
        expected = [xpnet.to_numpy(variable.grad).tolist() for variable in (x, w)]
        for change in (lambda: entries.fill(9.0), lambda: setattr(x, "value", entries * 0.0)):
            change()
            y.backward()
            assert [xpnet.to_numpy(variable.grad).tolist() for variable in (x, w)] == expected
        assert x.value is not entries
        assert Variable(entries).value is entries

    def test_axes_and_shapes_in_a_list_may_change_afterwards(self, backend):
        x = Variable(xpnet.asarray([[1.0, 2.0], [3.0, 4.0]]))
        axes, shape, order = [0, 1], [4], [1, 0]
        y = x.transpose(order).reshape(shape).sum() + x.sum(axis=axes)
        for given in (axes, shape, order):
            given[0] = 0
        y.backward()
        assert xpnet.to_numpy(x.grad).tolist() == [[2.0, 2.0], [2.0, 2.0]]

    @pytest.mark.parametrize("axis", [np.int64(1), np.array(1), [1], (np.int8(-1),), np.array([1])])
    def test_an_axis_may_be_an_integer_of_numpy(self, backend, axis):
        x = Variable(xpnet.asarray([[1.0, 2.0], [3.0, 5.0]]))
        for reduce in (x.sum, x.mean, x.max):
            y = reduce(axis=axis)
            assert y.shape == (2,)
            y.sum().backward()
            assert xpnet.to_numpy(x.grad).sum() == pytest.approx(2.0 if reduce != x.sum else 4.0)

    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (lambda x: x * np.float64(2), [-4.0, 6.0]),
            (lambda x: np.float64(2) * x, [-4.0, 6.0]),
            (lambda x: np.int64(1) - x, [3.0, -2.0]),
            (lambda x: x / np.uint8(2), [-1.0, 1.5]),
            (lambda x: x + np.sqrt(4.0), [0.0, 5.0]),
            (lambda x: x ** np.int64(2), [4.0, 9.0]),
            (lambda x: np.float32(2) ** x, [0.25, 8.0]),
        ],
    )
    def test_a_scalar_of_numpy_fits_every_backend(self, backend, make, expected):
        x = on(backend, -2.0, 3.0)
        y = make(x)
        y.sum().backward(np.float64(1))
        assert xpnet.backend_of(y.value, x.grad) is backend
        assert xpnet.to_numpy(y.value).tolist() == pytest.approx(expected)

    def test_among_numbers_a_scalar_of_numpy_is_a_number(self, backend):
        three = Variable(1.5) * np.float64(2)
        assert (type(three.value), three.value) == (float, 3.0)
        assert (three * xpnet.asarray([2.0])).value.tolist() == [6.0]

    @pytest.mark.parametrize("name", STRANGE)
    def test_arrays_of_other_semantics_are_refused(self, name):
        with pytest.raises(TypeError, match=r"Variable: (expected|got) "):
            Variable(strange(name))
        x, other = Variable(np.ones((2, 3))), strange(name)
        calls = [lambda: x + other, lambda: x**other, lambda: np.dot(x, other)]
        if "masked" not in name:  # which converts to an array before it dispatches
            calls += [lambda: other * x, lambda: other - x]
        for call in calls:
            with pytest.raises(TypeError, match=r"Variable: (expected|got) "):
                call()
        with pytest.raises(TypeError):
            _ = other * x
        with pytest.raises(TypeError):
            x.backward(other)


class TestAssignments:
    def test_an_augmented_one_makes_a_new_variable(self):
        x = first = Variable(3.0)
        x *= 2
        x += first
        x.backward()
        assert (first.value, x.value, first.grad) == (3.0, 9.0, 3.0)

    def test_a_length_is_that_of_the_first_axis(self, backend):
        assert len(Variable(xpnet.asarray(np.ones((3, 2))))) == 3
        with pytest.raises(TypeError, match="is one number: it has no length"):
            len(Variable(1.0))

    def test_the_rows_of_a_variable_can_be_summed(self, backend):
        x = on(backend, 1.0, 2.0, 3.0)
        y = sum(x)
        y.backward()
        assert float(y.value) == 6.0
        assert xpnet.to_numpy(x.grad).tolist() == [1.0, 1.0, 1.0]


class TestBackward:
    def test_every_node_on_the_way_gets_its_derivative(self):
        x, y = Variable(2.0), Variable(3.0)
        total = x + y
        z = total**2
        z.backward()
        assert (z.grad, total.grad, x.grad, y.grad) == (1, 10.0, 10.0, 10.0)

    def test_a_value_used_twice_gets_the_sum(self):
        x = Variable(3.0)
        (x * x + x).backward()
        assert x.grad == 7.0

    def test_a_second_backward_does_not_add_to_the_first(self):
        x = Variable(3.0)
        y = x * x
        y.backward()
        y.backward()
        assert (x.grad, y.grad) == (6.0, 1)

    def test_it_adds_when_asked(self, backend):
        x = on(backend, 3.0, 4.0)
        y = (x * x).sum()
        y.backward()
        y.backward(accumulate=True)
        (x * 1.0).sum().backward(accumulate=True)
        assert xpnet.to_numpy(x.grad).tolist() == [13.0, 17.0]
        assert float(y.grad) == 2.0

    def test_a_given_upstream_gradient_scales_all_gradients(self, backend):
        x = on(backend, 3.0, 4.0)
        (x * x).backward(xpnet.asarray([1.0, 10.0]))
        assert xpnet.to_numpy(x.grad).tolist() == [6.0, 80.0]

    def test_a_variable_that_is_no_ancestor_gets_no_gradient(self):
        x, other = Variable(3.0), Variable(1.0)
        _ = other * x
        (x * 2).backward()
        assert other.grad is None

    def test_gradients_are_arrays_of_their_own(self, backend):
        x, y = on(backend, 1.0, 2.0), on(backend, 3.0, 4.0)
        z = x + y
        dout = xpnet.asarray([1.0, 1.0])
        z.backward(dout)
        x.grad[...] = 9.0
        for untouched in (y.grad, z.grad, dout):
            assert xpnet.to_numpy(untouched).tolist() == [1.0, 1.0]

    def test_values_are_never_written(self, backend):
        host = np.array([[1.0, -2.0], [3.0, 4.0]])
        x = Variable(xpnet.asarray(host.copy()))
        y = ((x @ x.T).relu().sum(axis=0) / x.max()).exp().log()
        y.backward(xpnet.asarray([1.0, 2.0]))
        np.testing.assert_array_equal(xpnet.to_numpy(x.value), host)

    def test_an_array_of_many_entries_needs_an_upstream_gradient(self, backend):
        with pytest.raises(ShapeError, match=r"sum\(\) or \.mean\(\)"):
            (on(backend, 1.0, 2.0) * 2).backward()


class TestBackends:
    def test_everything_stays_on_its_backend(self, backend):
        x = Variable(xpnet.asarray([[0.5, -1.0], [2.0, 3.0]], dtype="float32"))
        w, two = Variable(xpnet.asarray([[1.0], [2.0]], dtype="float32")), Variable(2.0)
        y = ((x @ w).sigmoid() * two + 1).mean()
        y.backward()
        made = [y.value, x.grad, w.grad, two.grad, *(v.value for v in (y.inputs[0], *y.inputs))]
        assert {xpnet.backend_of(array) for array in made} == {backend}
        assert {str(array.dtype) for array in (y.value, x.grad, w.grad)} == {"float32"}

    def test_wider_partners_do_not_change_the_dtype_of_a_gradient(self, backend):
        x = Variable(xpnet.asarray([1.0, 2.0], dtype="float32"))
        wide = xpnet.asarray([3.0, 4.0], dtype="float64")
        y = (x * wide).sum()
        y.backward()
        assert (str(y.value.dtype), str(x.grad.dtype)) == ("float64", "float32")

    def test_two_backends_do_not_mix(self, backend, elsewhere):
        x = Variable(xpnet.asarray([1.0, 1.0]))
        y = Variable(xpnet.asarray([0, 1], backend=elsewhere))
        for call in (lambda: x * y, lambda: y + x, lambda: x[y.value], lambda: x * y.value):
            with pytest.raises(MixedBackendError, match="Nothing is copied silently"):
                call()


def test_the_chapters_numbers():
    apple, number, tax = Variable(100), Variable(2), Variable(1.1)
    price = apple * number * tax
    price.backward()
    assert (price.value, apple.grad, number.grad, tax.grad) == (
        220.00000000000003,
        2.2,
        110.00000000000001,
        200,
    )


def test_an_unreferenced_graph_is_freed_without_the_garbage_collector():
    x = Variable(np.ones(3))
    y = (x * 2).sum()
    y.backward()
    gone = weakref.ref(y.inputs[0].value)
    gc.disable()
    try:
        del y
        assert gone() is None
    finally:
        gc.enable()
