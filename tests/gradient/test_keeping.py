import numpy as np
import pytest

from xpnet.gradient import check_layer
from xpnet.gradient.keeping import saved_arrays
from xpnet.layers import Affine, Layer, Sigmoid

X = np.random.default_rng(0).normal(size=(5, 4))


class Scale(Layer):
    """Multiplies by what a subclass keeps under some name."""

    def forward(self, x):
        return x * 2.0

    def backward(self, dout):
        return dout * 2.0


class Forgotten(Scale):
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
    """A list of layers of which a network sees nothing."""

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


class OfItsClass(Scale):
    scale = np.full(4, 2.0)


class InASlot:
    """A plain class that has no `__dict__`."""

    __slots__ = ("empty", "scale")

    def __init__(self):
        self.scale = np.full(4, 2.0)

    forward, backward = Scale.forward, Scale.backward


class Computes(Scale):
    """A property is no array that is kept: each look makes another."""

    looks = 0

    @property
    def scale(self):
        self.looks += 1
        return np.full(4, 2.0)


class Keeps(Scale):
    def forward(self, x):
        self.x = x
        return super().forward(x)


class KeepsAndSays(Keeps):
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
        (Forgotten, "scale"),
        (InAList, "scales"),
        (InAMapping, "scales"),
        (InMappingsOfLists, "scales"),
        (InALayer, "layers"),
        (InAnotherLayer, "inner"),
        (OfItsClass, "scale"),
        (InASlot, "scale"),
    ],
)
def test_an_array_that_is_no_parameter_is_told(layer, name):
    report = check_layer(layer(), X)
    assert report["x"].passed
    assert not report.passed
    (problem,) = report.problems
    assert f"{name} is a float array that is no parameter" in problem
    assert f"self.add_params({name}=...)" in problem


def test_a_property_is_not_computed():
    layer = Computes()
    assert check_layer(layer, X).passed
    assert layer.looks == 0


def test_what_forward_keeps_without_saying_so_is_told():
    report = check_layer(Keeps(), X)
    assert not report.passed
    assert "x is a float array that each pass keeps" in report.problems[0]
    assert "saved = ('x',)" in report.problems[0]
    assert check_layer(KeepsAndSays(), X).passed


def test_what_a_list_of_lists_keeps_of_each_pass_is_told():
    class KeepsInLists(Keeps):
        def forward(self, x):
            self.x = [[x.copy()]]
            return x * 2.0

    assert "x is a float array that each pass keeps" in check_layer(KeepsInLists(), X).problems[0]


@pytest.mark.parametrize("layer", [Owner, Sigmoid, lambda: Affine(np.ones((4, 2)), np.ones(2))])
def test_parameters_and_what_is_listed_are_not_told(layer):
    report = check_layer(layer(), X)
    assert report.passed, str(report)
    assert not report.notes


def test_a_plain_class_passes_with_a_note_on_what_it_keeps():
    report = check_layer(Plain(), X)
    assert report.passed
    assert "x is a float array that each pass keeps" in report.notes[0]
    assert report.notes[0] in str(report)


def test_the_weights_of_a_plain_class_are_told():
    report = check_layer(PlainWithWeights(), X)
    assert [problem.split()[0] for problem in report.problems] == ["W"]


def test_an_array_kept_from_before_the_check_is_told_apart_from_a_parameter():
    layer = Plain()
    layer.forward(X)
    assert check_layer(layer, X).passed


def test_a_layer_without_attributes_keeps_nothing():
    class Slots:
        __slots__ = ()

    assert saved_arrays(Slots()) == {}


def test_what_only_looks_like_an_array_is_left_out():
    class Lookalike:
        ndim, dtype = 2, "float64"

    layer = Scale()
    layer.other = Lookalike()
    assert saved_arrays(layer) == {}
