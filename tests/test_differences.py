from fractions import Fraction

import numpy as np
import pytest

import xpnet
from xpnet.differences import default_step, perturbed_values
from xpnet.errors import OptionError
from xpnet.gradient import numerical_gradient


def test_gradient_of_a_quadratic_is_exact_up_to_rounding(backend):
    x = xpnet.asarray([[3.0, -4.0], [0.5, 0.0]])
    gradient = numerical_gradient(lambda x: (x * x).sum(), x)
    np.testing.assert_allclose(xpnet.to_numpy(gradient), [[6, -8], [1, 0]], atol=1e-10)


def test_x_is_left_bit_for_bit_as_it_was(backend):
    x = xpnet.asarray(np.random.default_rng(0).normal(size=(3, 4)) * 1e-7)
    before = xpnet.to_numpy(x).copy()
    numerical_gradient(lambda x: (x * x).sum(), x)
    np.testing.assert_array_equal(xpnet.to_numpy(x), before)


@pytest.mark.parametrize("raises", [False, True])
def test_longdouble_is_left_bit_for_bit_as_it_was(raises):
    x = np.array([1, 2, -1e-3], np.longdouble) / 3
    before = x.copy()

    def f(x):
        if raises:
            raise RuntimeError("f fails")
        return (x * x).sum()

    try:
        gradient = numerical_gradient(f, x)
    except RuntimeError:
        gradient = 2 * before
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(gradient.astype(float), (2 * before).astype(float), atol=1e-9)


def test_x_is_restored_when_f_raises(backend):
    x = xpnet.asarray([1.0, 2.0, 3.0])
    calls = []

    def f(x):
        calls.append(float(x[1]))
        if len(calls) == 2:
            raise RuntimeError("f fails while an element is moved")
        return x.sum()

    with pytest.raises(RuntimeError, match="while an element is moved"):
        numerical_gradient(f, x)
    assert calls[1] != 2.0
    np.testing.assert_array_equal(xpnet.to_numpy(x), [1.0, 2.0, 3.0])


def test_f_may_look_at_x_through_another_name(backend):
    W = xpnet.asarray([1.0, 2.0])
    gradient = numerical_gradient(lambda _: (3 * W).sum(), W)
    np.testing.assert_allclose(xpnet.to_numpy(gradient), [3, 3], atol=1e-10)


def test_result_has_shape_dtype_and_backend_of_x(backend):
    for dtype in ("float32", "float64"):
        x = xpnet.asarray(np.ones((2, 1, 3)), dtype)
        gradient = numerical_gradient(lambda x: x.sum(), x)
        assert gradient.shape == (2, 1, 3)
        assert gradient.dtype == x.dtype
        assert xpnet.backend_of(gradient) is backend


def test_transposed_and_strided_arrays_are_moved_in_place(backend):
    base = xpnet.asarray(np.arange(12.0).reshape(3, 4))
    for view in (base.T, base[:, ::2], base[::-1]):
        gradient = numerical_gradient(lambda _: (base * base).sum() / 2, view)
        np.testing.assert_allclose(xpnet.to_numpy(gradient), xpnet.to_numpy(view), atol=1e-9)


def test_0d_and_empty_arrays_have_gradients(backend):
    assert abs(float(numerical_gradient(lambda x: x * x, xpnet.asarray(3.0))) - 6) < 1e-9
    assert numerical_gradient(lambda x: x.sum(), xpnet.asarray(np.empty((0, 2)))).shape == (0, 2)


def test_integers_are_refused_with_the_remedy(backend):
    with pytest.raises(TypeError, match=r"x is int64.*xpnet\.asarray\(x, 'float64'\)"):
        numerical_gradient(lambda x: x.sum(), xpnet.asarray([1, 2]))


@pytest.mark.parametrize("h", [0, -1e-4, float("nan"), float("inf")])
def test_a_step_that_is_not_positive_is_refused(h):
    with pytest.raises(OptionError, match="positive number"):
        numerical_gradient(lambda x: x.sum(), np.ones(2), h=h)


def test_default_step_is_the_chapters_in_float64_and_wider_in_float32():
    assert default_step(np.ones(1)) == 1e-4
    assert 1e-3 < default_step(np.ones(1, dtype="float32")) < 1e-2


def test_perturbed_values_of_named_elements_come_in_the_order_asked_for():
    x = np.zeros((2, 3))
    weights = np.arange(6.0).reshape(2, 3)
    values = perturbed_values(lambda x: (weights * x).sum(), x, 0.5, entries=[5, 0, 3])
    assert values == [2.5, 0.0, 1.5]


@pytest.mark.parametrize("h", [np.ones(2), 1 + 0j, np.complex128(1e-4), "1e-4", True, [1e-4]])
def test_a_step_that_is_no_real_number_is_refused(h):
    with pytest.raises(OptionError, match="positive number"):
        numerical_gradient(lambda x: x.sum(), np.ones(2), h=h)


@pytest.mark.parametrize("value", ["1", b"1", np.complex128(1j), np.ma.masked, np.array("1"), None])
def test_a_function_of_something_else_than_real_numbers_is_refused(value):
    x = np.array([1.0, 2.0])
    with pytest.raises(TypeError, match=r"^numerical_gradient: f\(x\): got .*real numbers|masked"):
        numerical_gradient(lambda _: value, x)
    assert x.tolist() == [1, 2]


@pytest.mark.parametrize("number", [float, np.float32, np.array, Fraction])
def test_a_function_may_return_any_kind_of_real_number(number):
    slopes = numerical_gradient(lambda x: number(float(x[0])), np.array([0.5, 0.25]), h=0.125)
    assert slopes.tolist() == [1, 0]
