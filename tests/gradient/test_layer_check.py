import numpy as np
import pytest

import xpnet
from xpnet.errors import ShapeError
from xpnet.gradient import check_layer
from xpnet.layers import AddLayer, Affine, Layer, MulLayer, Relu, Sigmoid, SoftmaxWithLoss


def normal(*shape, seed=0):
    return xpnet.asarray(np.random.default_rng(seed).normal(size=shape))


CASES = {
    "relu": lambda: (Relu(), normal(5, 4)),
    "sigmoid": lambda: (Sigmoid(), normal(5, 4)),
    "affine": lambda: (Affine(normal(4, 3), normal(3, seed=1)), normal(5, 4, seed=2)),
    "affine of one row": lambda: (Affine(normal(4, 3), normal(3, seed=1)), normal(4, seed=2)),
    "affine of images": lambda: (Affine(normal(4, 3), normal(3, seed=1)), normal(5, 2, 2, seed=2)),
    "loss": lambda: (SoftmaxWithLoss(), normal(5, 4), xpnet.asarray([0, 3, 1, 1, 2])),
    "mul of numbers": lambda: (MulLayer(), 100, 2),
    "mul of arrays": lambda: (MulLayer(), normal(5, 4), normal(4, seed=1)),
    "mul of an array with itself": lambda: (MulLayer(), *[normal(3)] * 2),
    "add of a column": lambda: (AddLayer(), normal(5, 4), normal(5, 1, seed=1)),
    "add of a number": lambda: (AddLayer(), 1.5, normal(5, 4)),
    "add of numbers": lambda: (AddLayer(), 200, 450),
    "relu of a number": lambda: (Relu(), 2.0),
    "relu of a negative number": lambda: (Relu(), -2),
    "sigmoid of a number": lambda: (Sigmoid(), 0.5),
    "loss of one row": lambda: (SoftmaxWithLoss(), normal(4), xpnet.asarray(2)),
}


@pytest.mark.parametrize("case", CASES)
def test_layers_of_the_library_keep_the_contract(backend, case):
    report = check_layer(*CASES[case]())
    assert report.passed, str(report)
    assert report.parameters


def test_every_floating_input_and_parameter_is_checked():
    assert [c.name for c in check_layer(*CASES["affine"]())] == ["x", "W", "b"]
    assert [c.name for c in check_layer(*CASES["mul of numbers"]())] == ["x", "y"]
    assert [c.name for c in check_layer(*CASES["loss"]())] == ["x"]


def test_a_wrong_gradient_fails_and_the_input_is_named():
    class Square(Layer):
        saved = ("x",)

        def forward(self, x):
            self.x = x
            return x * x

        def backward(self, dout):
            return dout * self.x

    report = check_layer(Square(), np.array([1.0, -3.0]))
    assert not report.passed
    assert not report["x"].passed


def test_a_backward_that_overwrites_the_gradient_it_was_given_fails(backend):
    class ChapterRelu:
        def forward(self, x):
            self.mask = x <= 0
            return x * ~self.mask

        def backward(self, dout):
            dout[self.mask] = 0
            return dout

    report = check_layer(ChapterRelu(), normal(5, 4))
    assert report["x"].passed
    assert report.problems == ("backward overwrites the gradient it was given",)


def test_a_plain_class_with_forward_and_backward_can_be_checked():
    class Double:
        def forward(self, x):
            return 2 * x

        def backward(self, dout):
            return 2 * dout

    assert check_layer(Double(), np.array([1.0, 2.0])).passed


@pytest.mark.parametrize("wrong", [1, 2])
def test_a_loss_that_is_a_python_number_can_be_checked(wrong):
    class Total:
        def forward(self, x):
            self.shape = x.shape
            return float((x * x).sum() / 2)

        def backward(self, dout=1):
            return dout * wrong * X

    report = check_layer(Total(), X)
    assert report.passed == (wrong == 1), str(report)
    assert [check.name for check in report] == ["x"]


def test_gradients_that_are_python_numbers_are_those_of_numbers():
    class Product:
        def forward(self, x, y):
            self.factors = float(x), float(y)
            return float(x * y)

        def backward(self, dout):
            factor = self.factors[1]
            return dout * factor, dout * factor

    report = check_layer(Product(), 3.0, 2.0)
    assert report["x"].passed
    assert not report["y"].passed


def test_every_input_of_a_forward_that_takes_any_number_is_checked():
    class Sum:
        def forward(self, first, *others):
            return first + sum(others)

        def backward(self, dout):
            return dout, dout, 2 * dout

    report = check_layer(Sum(), X, X, X)
    assert [check.name for check in report] == ["first", "others0", "others1"]
    assert [check.passed for check in report] == [True, True, False]


def test_a_gradient_of_another_shape_is_a_problem():
    class Summed(Layer):
        def forward(self, x):
            return 2 * x

        def backward(self, dout):
            return 2 * dout.sum(axis=0)

    report = check_layer(Summed(), np.ones((3, 2)))
    assert "x: expected a gradient of shape (3, 2), got (2,)" in report.problems[0]


def test_inputs_are_left_as_they_were(backend):
    layer, x, y = CASES["mul of arrays"]()
    before = xpnet.to_numpy(x).copy()
    check_layer(layer, x, y)
    np.testing.assert_array_equal(xpnet.to_numpy(x), before)


def test_exceptions_of_the_layer_are_raised():
    layer, _ = CASES["affine"]()
    with pytest.raises(ShapeError, match=r"W takes \(N, 4\)"):
        check_layer(layer, np.ones((5, 3)))


def layer(forward, backward, **parts):
    """A layer of these functions."""
    made = type("Made", (Layer,), {"forward": forward, "backward": backward, **parts})
    return made()


X = np.array([[1.0, -2.0], [0.5, 3.0]])
INVALID = {
    "forward: expected an array or a number, got None": layer(
        lambda self, x: None, lambda self, dout: dout
    ),
    "backward: expected an array for each input, got (None,)": layer(
        lambda self, x: 2 * x, lambda self, dout: None
    ),
    "backward: expected an array for each input, got ([1.0],)": layer(
        lambda self, x: 2 * x, lambda self, dout: [1.0]
    ),
    "forward gives NaN": layer(lambda self, x: x * np.nan, lambda self, dout: dout),
}


@pytest.mark.parametrize("problem", INVALID)
def test_a_result_that_is_no_array_is_a_problem_not_an_exception(problem):
    report = check_layer(INVALID[problem], X)
    assert not report.passed
    assert report.problems[0].startswith(problem)
    assert report.parameters == ()
    assert str(report).endswith("gradient check FAILED (float64, h = 0.0001)")


def test_a_gradient_that_is_never_set_is_a_problem():
    class SetsNoGradients(Affine):
        def backward(self, dout):
            return dout @ self.W.T

    report = check_layer(SetsNoGradients(np.ones((2, 3)), np.zeros(3)), X)
    assert report.problems == ("backward sets no gradient of W, b",)


def test_an_input_whose_gradient_is_left_out_is_a_problem():
    half = layer(lambda self, x, y: x + y, lambda self, dout: dout)
    report = check_layer(half, X, X)
    assert "backward: expected 2 gradients, one for each input, got 1" in report.problems


def test_a_layer_of_which_nothing_can_be_checked_does_not_pass():
    whole = layer(lambda self, x: x, lambda self, dout: dout)
    report = check_layer(whole, np.array([1, 2]))
    assert not report.passed
    assert report.problems[-1].startswith("nothing was checked")
    assert report.parameters == ()
    assert report.undecided


def test_the_checks_of_a_report_cannot_be_changed():
    assert isinstance(check_layer(*CASES["relu"]()).parameters, tuple)


def test_inputs_with_hidden_gradients_are_made_smaller_and_restored(backend):
    x, t = xpnet.asarray([[64.0, 0.0, 1.0]]), xpnet.asarray([0])
    report = check_layer(SoftmaxWithLoss(), x, t)
    assert report.passed
    assert report["x"].checked == 3
    assert "not checked: this is the check at 0.125 times its numbers" in report.notes[0]
    assert xpnet.to_numpy(x).tolist() == [[64, 0, 1]]


def test_a_gradient_hidden_by_rounding_of_one_output_is_not_called_wrong():
    # in the first output the contribution of x is rounded away, in the second it is not
    layer = Affine(np.full((1, 2), 1e-12, "f4"), np.array([1e3, 0], "f4"))
    report = check_layer(layer, np.ones((1, 1), "f4"))
    assert report.passed, str(report)
    assert not report["x"].checked
