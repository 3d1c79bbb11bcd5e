import numpy as np
import pytest

from xpnet.gradient import check_layer
from xpnet.gradient.undeclared_arrays import float_arrays
from xpnet.layers import Affine, Layer, Sigmoid

X = np.random.default_rng(0).normal(size=(5, 4))


class Scale(Layer):
    """Multiplies by 2; subclasses hold arrays in various attributes."""

    def forward(self, x):
        return x * 2.0

    def backward(self, dout):
        return dout * 2.0


class InAnAttribute(Scale):
    def __init__(self):
        self.scale = np.full(4, 2.0)


class InAList(Scale):
    def __init__(self):
        self.scales = [np.full(4, 2.0)]


class InAMapping(Scale):
    def __init__(self):
        self.scales = {"all": np.full(4, 2.0)}


class InMappingsOfLists(Scale):
    def __init__(self):
        self.scales = {"one": [np.full(4, 2.0), (np.full(4, 2.0),)]}


class InALayer(Scale):
    """A list of layers that a network does not see."""

    def __init__(self):
        self.layers = [Sigmoid(), Affine(np.eye(4), np.zeros(4))]


class InAnotherLayer(Scale):
    def __init__(self):
        self.inner = {"first": PlainWithParams()}


class PlainWithParams:
    """A layer with a list of parameters, as some books write them."""

    def __init__(self):
        self.params = [np.full(4, 2.0)]

    forward, backward = Scale.forward, Scale.backward


class OnTheClass(Scale):
    scale = np.full(4, 2.0)


class InASlot:
    """A plain class that has no `__dict__`."""

    __slots__ = ("empty", "scale")

    def __init__(self):
        self.scale = np.full(4, 2.0)

    forward, backward = Scale.forward, Scale.backward


class Computes(Scale):
    """A property stores no array: each access makes another."""

    accesses = 0

    @property
    def scale(self):
        self.accesses += 1
        return np.full(4, 2.0)


class Saves(Scale):
    def forward(self, x):
        self.x = x
        return super().forward(x)


class SavesAndDeclares(Saves):
    saved = ("x",)


class Owner(Affine):
    """A parameter under a second name is still that parameter; numbers and masks are no arrays."""

    def __init__(self):
        super().__init__(np.ones((4, 3)), np.zeros(3))
        self.weights, self.rate, self.count = self.W, np.float64(0.5), np.array(3)
        self.mask, self.name, self.nothing = np.ones(3, dtype=bool), "Owner", None


class Plain:
    """As the chapter writes layers."""

    def forward(self, x):
        self.x = x
        return x**3

    def backward(self, dout):
        return dout * 3 * self.x**2


class PlainWithWeights(Plain):
    def __init__(self):
        self.W = np.ones(3)


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (InAnAttribute, "scale"),
        (InAList, "scales"),
        (InAMapping, "scales"),
        (InMappingsOfLists, "scales"),
        (InALayer, "layers"),
        (InAnotherLayer, "inner"),
        (OnTheClass, "scale"),
        (InASlot, "scale"),
    ],
)
def test_an_array_that_is_no_parameter_is_a_problem(layer, name):
    report = check_layer(layer(), X)
    assert report["x"].passed
    assert not report.passed
    (problem,) = report.problems
    assert f"{name} is or holds a float array that is no parameter" in problem
    assert f"self.add_params({name}=...)" in problem


def test_a_property_is_not_computed():
    layer = Computes()
    assert check_layer(layer, X).passed
    assert layer.accesses == 0


def test_an_array_that_forward_saves_without_declaring_it_is_a_problem():
    report = check_layer(Saves(), X)
    assert not report.passed
    assert "x is or holds a float array of each pass" in report.problems[0]
    assert "saved = ('x',)" in report.problems[0]
    assert check_layer(SavesAndDeclares(), X).passed


def test_an_array_that_forward_saves_in_a_list_of_lists_is_a_problem():
    class SavesInLists(Saves):
        def forward(self, x):
            self.x = [[x.copy()]]
            return x * 2.0

    assert "x is or holds a float array of each pass" in check_layer(SavesInLists(), X).problems[0]


@pytest.mark.parametrize("layer", [Owner, Sigmoid, lambda: Affine(np.ones((4, 2)), np.ones(2))])
def test_parameters_and_declared_arrays_are_no_problem(layer):
    report = check_layer(layer(), X)
    assert report.passed, str(report)
    assert not report.notes


def test_a_plain_class_passes_with_a_note_on_the_arrays_that_it_saves():
    report = check_layer(Plain(), X)
    assert report.passed
    assert "x is or holds a float array of each pass" in report.notes[0]
    assert report.notes[0] in str(report)


def test_the_weights_of_a_plain_class_are_a_problem():
    report = check_layer(PlainWithWeights(), X)
    assert [problem.split()[0] for problem in report.problems] == ["W"]


def test_an_array_saved_before_the_check_is_not_taken_for_a_parameter():
    layer = Plain()
    layer.forward(X)
    assert check_layer(layer, X).passed


def test_a_layer_without_attributes_holds_no_arrays():
    class Slots:
        __slots__ = ()

    assert float_arrays(Slots()) == {}


def test_an_object_that_only_looks_like_an_array_is_ignored():
    class Lookalike:
        ndim, dtype = 2, "float64"

    layer = Scale()
    layer.other = Lookalike()
    assert float_arrays(layer) == {}
