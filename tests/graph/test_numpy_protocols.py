"""NumPy's and CuPy's functions of variables: the operation with its gradient, or an error."""

from __future__ import annotations

import inspect
import operator

import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.graph import Variable

SQUARE = np.array([[1.0, 2.0], [3.0, 4.0]])
OTHER = np.array([[0.5, -1.0], [2.0, 1.0]])
# a function of NumPy's namespace, two variables and an array; the same by operators
PAIRS = {
    "dot": lambda x, y: x @ y,
    "matmul": lambda x, y: x @ y,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "true_divide": lambda x, y: x / y,
}
ONES = {
    "sum": (lambda np, x: np.sum(x), lambda x: x.sum()),
    "sum of columns": (lambda np, x: np.sum(x, axis=0), lambda x: x.sum(axis=0)),
    "sum, kept": (
        lambda np, x: np.sum(x, axis=1, keepdims=True),
        lambda x: x.sum(axis=1, keepdims=True),
    ),
    "sum, in order": (lambda np, x: np.sum(x, 1, None, None, True), lambda x: x.sum(1, True)),
    "mean": (lambda np, x: np.mean(x), lambda x: x.mean()),
    "mean of rows": (lambda np, x: np.mean(x, 1), lambda x: x.mean(axis=1)),
    "mean, kept": (
        lambda np, x: np.mean(x, axis=0, keepdims=True),
        lambda x: x.mean(axis=0, keepdims=True),
    ),
    "max": (lambda np, x: np.max(x), lambda x: x.max()),
    "max of rows": (
        lambda np, x: np.max(x, axis=1, keepdims=True),
        lambda x: x.max(axis=1, keepdims=True),
    ),
    "amax": (lambda np, x: np.amax(x, 0), lambda x: x.max(axis=0)),
    "reshape": (lambda np, x: np.reshape(x, (4, 1)), lambda x: x.reshape(4, 1)),
    "reshape to one axis": (lambda np, x: np.reshape(x, -1), lambda x: x.reshape(4)),
    "transpose": (lambda np, x: np.transpose(x), lambda x: x.T),
    "transpose by axes": (lambda np, x: np.transpose(x, (1, 0)), lambda x: x.T),
    "exp": (lambda np, x: np.exp(x), lambda x: x.exp()),
    "log": (lambda np, x: np.log(x), lambda x: x.log()),
    "negative": (lambda np, x: np.negative(x), lambda x: -x),
    "maximum": (lambda np, x: np.maximum(x, 0), lambda x: x.relu()),
    "maximum, 0 first": (lambda np, x: np.maximum(0.0, x), lambda x: x.relu()),
    "power": (lambda np, x: np.power(x, 2), lambda x: x**2),
    "power of a number": (lambda np, x: np.power(2.0, x), lambda x: 2.0**x),
    "add a number": (lambda np, x: np.add(1, x), lambda x: 1 + x),
    "divide a number": (lambda np, x: np.divide(1, x), lambda x: 1 / x),
}


def found(make, *hosts):
    """The value and the gradients of what `make` returns for variables of these arrays."""
    variables = [Variable(xpnet.asarray(host)) for host in hosts]
    y = make(*variables)
    assert isinstance(y, Variable)
    y.backward(xpnet.asarray(np.arange(1.0, 1 + np.prod(y.shape)).reshape(y.shape)))
    return [xpnet.to_numpy(array) for array in (y.value, *(v.grad for v in variables))]


def assert_same(one, other):
    for ours, expected in zip(one, other, strict=True):
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("name", PAIRS)
def test_a_function_of_two_variables_is_their_operation(backend, name):
    function = getattr(np, name)
    assert_same(found(function, SQUARE, OTHER), found(PAIRS[name], SQUARE, OTHER))


@pytest.mark.parametrize("name", PAIRS)
def test_an_array_may_stand_on_either_side(backend, name):
    function, array = getattr(np, name), xpnet.asarray(OTHER)
    for swap in (lambda x: (x, array), lambda x: (array, x)):
        ours = found(lambda x, swap=swap: function(*swap(x)), SQUARE)
        assert_same(ours, found(lambda x, swap=swap: PAIRS[name](*swap(x)), SQUARE))


@pytest.mark.parametrize("name", ONES)
def test_a_function_of_one_variable_is_its_operation(backend, name):
    function, expected = ONES[name]
    assert_same(found(lambda x: function(np, x), SQUARE), found(expected, SQUARE))


@pytest.mark.parametrize("name", [name for name in ONES if name != "sum, in order"])
def test_functions_of_cupy_are_the_same_operations(backend, name):
    function, expected = ONES[name]
    xp = backend.xp
    assert_same(found(lambda x: function(xp, x), SQUARE), found(expected, SQUARE))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "dot"])
def test_functions_of_cupy_take_two_variables_too(backend, name):
    function = getattr(backend.xp, name)
    assert_same(found(function, SQUARE, OTHER), found(PAIRS[name], SQUARE, OTHER))


class TestDot:
    @pytest.mark.parametrize(
        "shapes",
        [
            ((3,), (3,)),
            ((2, 3), (3,)),
            ((3,), (3, 2)),
            ((2, 4, 3), (3,)),
            ((2, 4, 3), (3, 5)),
            ((3,), (2, 3, 4)),
            ((4, 3), (2, 3, 5)),
            ((2, 4, 3), (5, 3, 2)),
            ((2, 3), (4, 0, 3, 2)),
            ((), (2, 3)),
            ((2, 3), ()),
        ],
        ids=repr,
    )
    def test_it_is_the_product_of_numpy_for_every_number_of_axes(self, backend, shapes):
        rng = np.random.default_rng(0)
        x, y = (np.asarray(rng.normal(size=shape)) for shape in shapes)
        value, dx, dy = found(np.dot, x, y)
        expected = np.dot(x, y)
        np.testing.assert_allclose(value, expected, rtol=1e-13)
        # of a bilinear function the sum of each gradient times its input is that of dout times it
        total = (np.arange(1.0, 1 + expected.size).reshape(expected.shape) * expected).sum()
        assert (dx * x).sum() == pytest.approx(total, rel=1e-12)
        assert (dy * y).sum() == pytest.approx(total, rel=1e-12)

    def test_a_number_multiplies(self):
        x = Variable(SQUARE)
        for y in (np.dot(x, 2), np.dot(2, x), x.dot(np.float64(2))):
            assert y.value.tolist() == (2 * SQUARE).tolist()

    def test_the_method_takes_arrays_of_both_kinds(self, backend):
        x, array = Variable(xpnet.asarray(SQUARE)), xpnet.asarray(OTHER)
        for y in (x.dot(array), x.dot(Variable(array))):
            assert xpnet.to_numpy(y.value).tolist() == (SQUARE @ OTHER).tolist()

    def test_shapes_that_do_not_fit_are_named(self):
        with pytest.raises(ShapeError, match=r"of shape \(2, 2\) and \(3,\)"):
            np.dot(Variable(SQUARE), np.ones(3))


@pytest.mark.parametrize(
    ("call", "option"),
    [
        (lambda x: np.sum(x, dtype="float32"), "dtype"),
        (lambda x: np.sum(x, out=np.zeros(())), "out"),
        (lambda x: np.sum(x, where=SQUARE > 2), "where"),
        (lambda x: np.sum(x, initial=1.0), "initial"),
        (lambda x: np.sum(x, None, "float32"), "dtype"),
        (lambda x: np.mean(x, dtype="float32"), "dtype"),
        (lambda x: np.max(x, initial=9.0), "initial"),
        (lambda x: np.reshape(x, 4, order="F"), "order"),
        pytest.param(
            lambda x: np.reshape(x, 4, copy=True),
            "copy",
            marks=pytest.mark.skipif(
                np.lib.NumpyVersion(np.__version__) < "2.1.0",
                reason="this NumPy has no copy= for reshape",
            ),
        ),
        (lambda x: np.dot(x, x, out=np.zeros((2, 2))), "out"),
        (lambda x: x.dot(x, np.zeros((2, 2))), "out"),
        (lambda x: x.sum(dtype="float32"), "dtype"),
        (lambda x: x.max(out=np.zeros(())), "out"),
        (lambda x: np.exp(x, out=np.zeros((2, 2))), "out"),
        (lambda x: np.exp(x, where=SQUARE > 2), "where"),
        (lambda x: np.add(x, 1, dtype="float32"), "dtype"),
        (lambda x: np.matmul(x, x, axes=[(0, 1)] * 3), "axes"),
        (lambda x: np.add(SQUARE, x, out=np.zeros((2, 2))), "out"),
        (lambda x: operator.imatmul(SQUARE.copy(), x), "out"),
    ],
)
def test_an_argument_that_would_be_ignored_is_refused(call, option):
    with pytest.raises(TypeError, match=rf"of a Variable takes no {option}=: .*leave it out"):
        call(Variable(SQUARE))


@pytest.mark.parametrize("options", [{"order": "F"}, {"copy": True}, {"copy": False}], ids=repr)
def test_the_method_reshape_takes_only_a_shape(options):
    with pytest.raises(TypeError, match="takes only a shape"):
        Variable(SQUARE).reshape(4, **options)


def test_arrays_are_not_changed_in_place_by_a_variable(backend):
    array = xpnet.asarray(SQUARE)
    with pytest.raises(TypeError, match=r"no out=.*write a = a \+ x for a \+= x"):
        array += Variable(xpnet.asarray(SQUARE))
    with pytest.raises(TypeError, match=r"write .*x\.value for its array"):
        array[0] = Variable(xpnet.asarray([1.0, 2.0]))
    assert xpnet.to_numpy(array).tolist() == SQUARE.tolist()


UNARY = [
    name
    for name, function in vars(np).items()
    if isinstance(function, np.ufunc) and function.nin == 1 and name not in ("exp", "log")
]


@pytest.mark.parametrize("name", [name for name in UNARY if name != "negative"])
def test_every_other_function_of_entries_is_refused_with_what_to_write(name):
    with pytest.raises(TypeError, match=r"no operation of a Variable, which has .*x\.value"):
        getattr(np, name)(Variable(SQUARE))


REFUSED = {
    "inner": lambda xp, x: xp.inner(x, x),
    "outer": lambda xp, x: xp.outer(x, x),
    "tensordot": lambda xp, x: xp.tensordot(x, x),
    "einsum": lambda xp, x: xp.einsum("ij->i", x),
    "where": lambda xp, x: xp.where(x.value > 2, x, 0),
    "vstack": lambda xp, x: xp.vstack([x, x]),
    "zeros_like": lambda xp, x: xp.zeros_like(x),
    "argmax": lambda xp, x: xp.argmax(x),
    "min": lambda xp, x: xp.min(x),
    "prod": lambda xp, x: xp.prod(x),
    "std": lambda xp, x: xp.std(x),
    "clip": lambda xp, x: xp.clip(x, 0, 1),
    "norm": lambda xp, x: xp.linalg.norm(x),
    "maximum of two": lambda xp, x: xp.maximum(x, x),
    "maximum of 1": lambda xp, x: xp.maximum(x, 1),
    "ravel": lambda xp, x: xp.ravel(x),
    "add.outer": lambda xp, x: xp.add.outer(x, x),
    "add.at": lambda xp, x: xp.add.at(xp.zeros(2), [0], x[0]),
    "asarray": lambda xp, x: xp.asarray(x),
    "array of two": lambda xp, x: xp.array([x, x]),
    "array of an index": lambda xp, x: xp.zeros(3)[x],
    "full": lambda xp, x: xp.full((2,), x),
    "array_equal": lambda xp, x: xp.array_equal(x, x),
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_function_is_a_type_error_with_what_to_write(backend, name):
    with pytest.raises(TypeError, match=r"x\.value"):
        REFUSED[name](backend.xp, Variable(xpnet.asarray(SQUARE)))


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.add.reduce(x),
        lambda x: np.add.accumulate(x),
        lambda x: np.stack([x, x]),
        lambda x: np.concatenate([x, x]),
        lambda x: np.sum([x, x]),
        lambda x: np.arange(x),
        lambda x: np.zeros(2, like=x),
        lambda x: np.asarray(x, dtype=object),
        lambda x: np.float64(x),
        lambda x: np.frompyfunc(lambda entry: entry, 1, 1)(x),
        lambda x: SQUARE.dot(x),
        lambda x: SQUARE // x,
        lambda x: xpnet.asarray(x),
        lambda x: xpnet.asarray([x]),
        lambda x: xpnet.to_numpy(x),
    ],
)
def test_other_conversions_to_an_array_are_a_type_error_too(call):
    for value in (SQUARE, np.array(2.0), 2.0):
        with pytest.raises(TypeError, match=r"x\.value"):
            call(Variable(value))


def test_the_first_argument_may_be_named():
    x = Variable(SQUARE)
    assert np.sum(a=x, axis=0).value.tolist() == [4.0, 6.0]
    assert np.dot(a=x, b=OTHER).value.tolist() == (SQUARE @ OTHER).tolist()


def test_an_array_that_is_to_write_into_a_variable_is_refused():
    with pytest.raises(TypeError, match="takes no out="):
        np.sum(SQUARE, out=Variable(SQUARE))


class TestAFunctionWithTheNameOfAnOperation:
    """A function of another library, which may compute something else."""

    def test_of_arrays(self):
        def dot(x, y):
            return x * y

        with pytest.raises(TypeError, match=r"\.dot is no operation of a Variable"):
            Variable(SQUARE).__array_function__(dot, (Variable,), (SQUARE, Variable(SQUARE)), {})

    def test_of_entries(self):
        class Exp:
            __name__ = "exp"

        with pytest.raises(TypeError, match="is no operation of a Variable"):
            Variable(SQUARE).__array_ufunc__(Exp(), "__call__", Variable(SQUARE))


def test_reductions_keep_the_signature_that_they_show():
    assert list(inspect.signature(Variable.sum).parameters) == ["self", "axis", "keepdims"]
