"""Container: names, one buffer of parameters, dtypes, and what a network refuses."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError, OptionError
from xpnet.layers import Affine, Layer, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


def affine(rows=2, columns=2, dtype="float32"):
    W = np.arange(rows * columns).reshape(rows, columns)
    return Affine(xpnet.asarray(W, dtype), xpnet.asarray(np.zeros(columns), dtype))


def test_layers_of_a_list_are_named_by_type_and_running_number(backend):
    net = Network([affine(), Relu(), affine(), Sigmoid(), Relu()], SoftmaxWithLoss())
    assert list(net.layers) == ["Affine1", "Relu1", "Affine2", "Sigmoid1", "Relu2"]


def test_parameters_are_named_by_their_own_name_and_running_number(backend):
    net = Network([affine(), Relu(), affine(2, 3), affine(3, 2)], SoftmaxWithLoss())
    assert list(net.params) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert list(net.grads) == list(net.params)
    assert [array.shape for array in net.params.values()][2:4] == [(2, 3), (3,)]


def test_layers_of_a_mapping_keep_their_names_and_order(backend):
    layers = {"out": affine(2, 3), "bend": Relu(), "in": affine(3, 1)}
    net = Network(layers, SoftmaxWithLoss())
    assert list(net.layers) == ["out", "bend", "in"]
    assert net.layers["in"] is layers["in"]
    assert list(net.params) == ["W1", "b1", "W2", "b2"]


def test_a_mapping_that_changes_later_does_not_change_the_network(backend):
    layers = {"a": affine()}
    net = Network(layers, SoftmaxWithLoss())
    layers["b"] = Relu()
    assert list(net.layers) == ["a"]


def test_names_that_end_in_a_number_never_hide_one_another(backend):
    class Numbered(Layer):
        def __init__(self):
            self.add_params(**{name: xpnet.asarray(np.ones(2, "float32")) for name in ("W1", "W")})

        def forward(self, x):
            return x

        backward = forward

    net = Network([*(Numbered() for _ in range(12)), affine()], SoftmaxWithLoss())
    assert len(net.params) == 2 * 12 + 2


def test_given_arrays_are_copied(backend):
    W = xpnet.asarray(np.eye(2), "float32")
    net = Network([Affine(W, xpnet.asarray(np.zeros(2), "float32"))], SoftmaxWithLoss())
    net.params["W1"][...] = 5
    assert xpnet.to_numpy(W).tolist() == [[1, 0], [0, 1]]


def test_layers_hold_views_of_one_flat_buffer(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.params.flat[...] = 7
    net.grads.flat[...] = 8
    for name in ("Affine1", "Affine2"):
        layer = net.layers[name]
        assert all((xpnet.to_numpy(array) == 7).all() for array in (layer.W, layer.b))
        assert all((xpnet.to_numpy(array) == 8).all() for array in (layer.dW, layer.db))


def test_dtype_is_that_of_the_first_parameter(backend):
    net = Network([affine(dtype="float64"), affine(dtype="float32")], SoftmaxWithLoss())
    assert net.dtype == "float64"
    assert net.params["W2"].dtype == "float64"


def test_dtype_casts_all_parameters(backend):
    net = Network([affine(), affine()], SoftmaxWithLoss(), dtype="float64")
    assert {str(array.dtype) for array in net.params.values()} == {"float64"}


def test_a_dtype_that_cannot_learn_is_refused(backend):
    with pytest.raises(OptionError, match="dtype=int32: expected 'float32'"):
        Network([affine()], SoftmaxWithLoss(), dtype="int32")


def test_a_network_without_parameters_is_allowed(backend):
    net = Network([Relu()], SoftmaxWithLoss())
    x = xpnet.asarray([[1.0, -1.0]], "float32")
    assert xpnet.to_numpy(net.predict(x)).tolist() == [[1, 0]]
    assert dict(net.gradient(x, xpnet.asarray([0]))) == {}


@pytest.mark.parametrize("layers", [[], {}])
def test_no_layers_are_refused(layers):
    with pytest.raises(NetworkError, match="at least one layer"):
        Network(layers, SoftmaxWithLoss())


class OnlyForward:
    def forward(self, x):
        return x


@pytest.mark.parametrize("thing", [object(), "Relu", None, abs, OnlyForward(), Relu])
def test_what_is_no_layer_is_refused(thing):
    with pytest.raises(NetworkError, match="an object with forward and backward"):
        Network([affine(), thing], SoftmaxWithLoss())


def test_a_refusal_names_the_place():
    with pytest.raises(NetworkError, match=r"^hidden is None"):
        Network({"hidden": None}, SoftmaxWithLoss())
    with pytest.raises(NetworkError, match=r"^last_layer is None"):
        Network([Relu()], None)


def test_params_and_grads_cannot_be_replaced(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    for name in ("params", "grads"):
        with pytest.raises(
            AttributeError, match=rf"write net\.{name}\.flat = buffer, or net\.{name}"
        ):
            setattr(net, name, {})


def test_layer_and_network_reach_each_others_assignments(backend):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.layers["Affine1"].b = xpnet.asarray([1, 2, 3])
    assert xpnet.to_numpy(net.params["b1"]).tolist() == [1, 2, 3]
    net.params["W2"] = xpnet.asarray(np.full((3, 2), 9.0))
    assert xpnet.to_numpy(net.layers["Affine2"].W).tolist() == [[9, 9]] * 3
    net.params["W2"] -= 4
    assert xpnet.to_numpy(net.layers["Affine2"].W).tolist() == [[5, 5]] * 3


def test_places_name_the_layer_of_each_parameter():
    assert TwoLayerNet(4, 3, 2).places == {
        "W1": (0, "W"),
        "b1": (0, "b"),
        "W2": (2, "W"),
        "b2": (2, "b"),
    }


def test_repr_shows_the_way_through():
    assert repr(TwoLayerNet(4, 3, 2)) == "<TwoLayerNet Affine1 -> Relu1 -> Affine2 -> loss>"


@pytest.mark.parametrize("depth", [4, 50])
def test_repr_of_a_deep_network_is_short(depth):
    shown = repr(MultiLayerNet(2, [2] * depth, 2))
    start = "<MultiLayerNet Affine1 -> Relu1 -> Affine2 -> Relu2 -> Affine3 -> "
    assert shown == f"{start}... -> Affine{depth + 1} -> loss>"


def test_a_network_is_iterated_over_and_indexed_by_name():
    net = TwoLayerNet(4, 3, 2)
    assert len(net) == 3
    assert list(net) == [net["Affine1"], net["Relu1"], net["Affine2"]]
    assert net["Affine2"] is net.layers["Affine2"]
    with pytest.raises(KeyError, match="Affine3"):
        net["Affine3"]


def test_sizes_are_the_widths_of_affine_layers():
    assert TwoLayerNet(4, 3, 2).sizes == (4, 3, 2)
    assert MultiLayerNet(4, [], 2).sizes == (4, 2)
    net = Network([Relu(), affine(2, 5), affine(5, 1), Sigmoid()], SoftmaxWithLoss())
    assert net.sizes == (2, 5, 1)
    assert Network([Relu()], SoftmaxWithLoss()).sizes == ()
