"""Values of variables, and the gradient that a backward propagation starts with."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, ShapeError
from xpnet.graph.operations import Add, Reshape
from xpnet.graph.values import arguments, as_value, checked_value, constant, unbroadcast, upstream


class TestCheckedValue:
    @pytest.mark.parametrize("value", [3, -2.5, float("nan"), 10**30])
    def test_a_number_stays_itself(self, value):
        assert checked_value(value) is value

    def test_an_array_stays_itself(self, backend):
        for dtype in ("float32", "float64", "int64"):
            x = xpnet.asarray([1, 2], dtype=dtype)
            assert checked_value(x) is x

    @pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64, np.uint8])
    def test_a_scalar_of_numpy_is_an_array_of_its_dtype(self, kind):
        made = checked_value(kind(2))
        assert isinstance(made, np.ndarray)
        assert (made.shape, made.dtype, float(made)) == ((), kind, 2.0)

    @pytest.mark.parametrize(
        "value",
        [
            *(True, 1j, "3", None, [1, 2], (1,), {}, object(), np.complex64(1), Fraction(1, 2)),
            *(np.True_, np.str_("3"), np.datetime64(1, "s"), np.timedelta64(1, "s")),
        ],
    )
    def test_anything_else_is_refused_with_what_was_expected_and_what_came(self, value):
        with pytest.raises(
            TypeError,
            match=r"Variable: (expected|got) an? .*(number|xpnet.asarray)",
        ):
            checked_value(value)

    @pytest.mark.parametrize("dtype", ["M8[s]", "m8[s]", "U1", "S1", "O", "V1"])
    def test_arrays_of_no_numbers_are_refused(self, dtype):
        with pytest.raises(
            TypeError, match=r"Variable: (expected an array of .*, got one|got an array) of "
        ):
            checked_value(np.zeros(2, dtype))

    @pytest.mark.parametrize("dtype", ["bool", "complex64"])
    def test_arrays_of_other_things_than_real_numbers_are_refused(self, backend, dtype):
        with pytest.raises(TypeError, match=f"got (one|an array) of {dtype}"):
            checked_value(xpnet.asarray([1, 0], dtype=dtype))


class TestAsValue:
    def test_numbers_alone_make_a_number_of_python(self):
        assert type(as_value(np.float64(2.0), 1, 2.0)) is float
        assert type(as_value(np.asarray(2.0), 1.0)) is float
        assert as_value(3, 1, 2) == 3

    def test_with_an_array_it_is_an_array_even_of_one_entry(self):
        x = np.ones(3)
        assert isinstance(as_value(x.sum(), x), np.ndarray)
        assert as_value(x, x) is x


class TestUpstream:
    def test_a_single_number_starts_with_1(self, backend):
        assert upstream(None, 2.5) == 1
        for shape in [(), (1,), (1, 1)]:
            dout = upstream(None, xpnet.asarray(np.full(shape, 7.0), dtype="float32"))
            assert (dout.shape, str(dout.dtype)) == (shape, "float32")
            assert float(dout.reshape(())) == 1.0

    def test_gradients_of_integers_are_floating(self, backend):
        assert upstream(None, xpnet.asarray([3])).dtype == xpnet.asarray([1.0]).dtype

    def test_a_number_fills_the_shape(self, backend):
        dout = upstream(0.5, xpnet.asarray([1.0, 2.0]))
        assert xpnet.to_numpy(dout).tolist() == [0.5, 0.5]

    @pytest.mark.parametrize("dout", [np.float64(2), np.int64(2), np.float32(2), np.uint8(2)])
    def test_a_scalar_of_numpy_is_a_number_on_every_backend(self, backend, dout):
        made = upstream(dout, xpnet.asarray([1.0, 2.0]))
        assert xpnet.backend_of(made) is backend
        assert xpnet.to_numpy(made).tolist() == [2.0, 2.0]
        start = upstream(dout, 3.0)
        assert (start, type(start)) == (2, type(dout.item()))

    def test_the_given_array_is_copied(self, backend):
        given = xpnet.asarray([1.0, 2.0])
        assert upstream(given, given) is not given

    def test_many_entries_need_one_given(self, backend):
        with pytest.raises(ShapeError, match=r"of \(2,\): .*sum\(\) or \.mean\(\), or give dout"):
            upstream(None, xpnet.asarray([1.0, 2.0]))

    @pytest.mark.parametrize("shape", [(3,), (1,), (2, 1)])
    def test_another_shape_is_refused(self, backend, shape):
        dout = xpnet.asarray(np.ones(shape))
        with pytest.raises(ShapeError, match="expected dout of the shape of y"):
            upstream(dout, xpnet.asarray([1.0, 2.0]))
        with pytest.raises(ShapeError, match="expected dout to be one number"):
            upstream(dout, 1.0)

    def test_another_backend_is_refused(self, backend, elsewhere):
        there = xpnet.asarray([1.0, 1.0], backend=elsewhere)
        with pytest.raises(MixedBackendError, match="backward: "):
            upstream(xpnet.asarray([1.0, 1.0]), there)


class TestUnbroadcast:
    def test_the_dtype_is_that_of_a_floating_value(self, backend):
        gradient = xpnet.asarray([[1.0, 2.0], [3.0, 4.0]], dtype="float64")
        made = unbroadcast(gradient, xpnet.asarray([0.0, 0.0], dtype="float32"))
        assert str(made.dtype) == "float32"
        assert xpnet.to_numpy(made).tolist() == [4.0, 6.0]

    def test_gradients_of_integers_keep_their_fractions(self, backend):
        made = unbroadcast(xpnet.asarray([0.5, 1.5]), xpnet.asarray([1, 2]))
        assert xpnet.to_numpy(made).tolist() == [0.5, 1.5]

    def test_the_gradient_of_a_number_has_one_entry(self, backend):
        made = unbroadcast(xpnet.asarray([0.5, 1.5]), 3)
        assert (made.shape, float(made)) == ((), 2.0)


class TestConstant:
    """Numbers and arrays in expressions."""

    def test_an_array_is_copied_and_a_number_is_itself(self, backend):
        x = xpnet.asarray([1.0, 2.0])
        made = constant(x, [])
        x[0] = 9.0
        assert xpnet.to_numpy(made).tolist() == [1.0, 2.0]
        assert constant(10**30, [x]) == 10**30

    def test_a_scalar_of_numpy_is_beside_an_array_one_of_its_backend(self, backend):
        made = constant(np.float32(1.5), [2.0, xpnet.asarray([1.0])])
        assert xpnet.backend_of(made) is backend
        assert (made.shape, str(made.dtype), float(made)) == ((), "float32", 1.5)

    def test_a_scalar_of_numpy_is_among_numbers_one_of_python(self):
        made = [constant(np.float32(1.5), [2.0]), constant(np.uint8(3), [])]
        assert made == [1.5, 3]
        assert [type(value) for value in made] == [float, int]

    @pytest.mark.parametrize("value", [True, np.True_, 1j, "3", np.array([True]), [1.0]])
    def test_a_value_that_no_variable_may_hold_is_refused(self, value):
        with pytest.raises(TypeError, match=r"Variable: expected .*got (an?|one) "):
            constant(value, [np.ones(1)])


class TestArguments:
    def test_integers_come_in_as_floating_point_numbers(self, backend):
        x = xpnet.asarray([200], "uint8")
        assert [str(value.dtype) for value in arguments(Add(), [x, x])] == ["float64", "float64"]

    def test_where_entries_are_only_moved_they_stay_integers(self, backend):
        x = xpnet.asarray([200], "uint8")
        assert arguments(Reshape((1, 1)), [x])[0] is x
