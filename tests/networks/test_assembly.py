"""A layer has one place in one network, for as long as that network lives."""

import copy
import dataclasses
import gc
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import NetworkError
from xpnet.layers import Affine, Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet


def affine():
    return Affine(xpnet.asarray(np.eye(2)), xpnet.asarray(np.zeros(2)))


@dataclasses.dataclass
class Times:
    """Equal to others of the same factor, and not hashable."""

    factor: float

    def forward(self, x):
        return x * self.factor

    def backward(self, dout):
        return dout * self.factor


def test_a_layer_twice_in_a_network_is_refused():
    layer = Relu()
    with pytest.raises(NetworkError, match=r"Relu1 \(Relu\) is twice in this network"):
        Network([layer, affine(), layer], SoftmaxWithLoss())


def test_a_layer_that_is_the_last_one_too_is_refused():
    last_layer = SoftmaxWithLoss()
    with pytest.raises(NetworkError, match="twice in this network"):
        Network([affine(), last_layer], last_layer)


def test_a_layer_in_another_network_is_refused():
    layer = affine()
    first = Network([layer], SoftmaxWithLoss())
    with pytest.raises(NetworkError, match=r"in another network.*make a new layer"):
        Network([layer], SoftmaxWithLoss())
    assert first.layers["Affine1"] is layer


def test_a_last_layer_in_another_network_is_refused():
    first = TwoLayerNet(4, 3, 2)
    with pytest.raises(NetworkError, match=r"last_layer .* is in another network"):
        Network([affine()], first.last_layer)


def test_a_refused_layer_still_belongs_to_its_network():
    first = TwoLayerNet(4, 3, 2, seed=0)
    with pytest.raises(NetworkError):
        Network(list(first.layers.values()), SoftmaxWithLoss())
    first.params.flat[...] = 3
    assert first.layers["Affine1"].W[0, 0] == 3


def test_a_refused_network_does_not_take_its_layers():
    layer = affine()
    with pytest.raises(NetworkError):
        Network([layer, layer], SoftmaxWithLoss())
    assert Network([layer], SoftmaxWithLoss()).layers["Affine1"] is layer


def test_layers_of_a_deleted_network_are_free(backend):
    layer, last_layer = affine(), SoftmaxWithLoss()
    first = Network([layer], last_layer)
    first.params["W1"][...] = 2
    del first
    gc.collect()
    second = Network([layer], last_layer)
    assert xpnet.to_numpy(second.params["W1"]).tolist() == [[2, 2], [2, 2]]


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)), lambda net: net.astype("float64")],
    ids=["deepcopy", "pickle", "astype"],
)
def test_layers_of_a_copy_belong_to_the_copy(copied):
    made = copied(TwoLayerNet(4, 3, 2))
    with pytest.raises(NetworkError, match="in another network"):
        Network([made.layers["Affine1"]], SoftmaxWithLoss())


def test_layers_that_are_equal_are_told_apart():
    first = Network([Times(2.0), affine(), Times(2.0)], SoftmaxWithLoss())
    second = Network([affine(), Times(2.0)], SoftmaxWithLoss())
    assert list(first.layers) == ["Times1", "Affine1", "Times2"]
    assert list(second.layers) == ["Affine1", "Times1"]


def test_an_equal_layer_that_is_the_same_object_is_refused():
    layer = Times(2.0)
    first = Network([layer], SoftmaxWithLoss())
    with pytest.raises(NetworkError, match="in another network"):
        Network([layer], SoftmaxWithLoss())
    assert list(first.layers) == ["Times1"]


@pytest.mark.parametrize(
    "copied",
    [copy.deepcopy, copy.copy, lambda layer: pickle.loads(pickle.dumps(layer))],
    ids=["deepcopy", "copy", "pickle"],
)
@pytest.mark.parametrize("layer", [Relu(), Times(2.0)], ids=["Layer", "plain"])
def test_a_copy_of_a_layer_is_free(copied, layer):
    first = Network([layer, affine()], SoftmaxWithLoss())
    made = copied(layer)
    second = Network([made, affine()], SoftmaxWithLoss())
    for net, member in ((first, layer), (second, made)):
        assert next(iter(net)) is member
        with pytest.raises(NetworkError, match="in another network"):
            Network([member], SoftmaxWithLoss())


def test_a_frozen_object_belongs_to_its_network_too():
    @dataclasses.dataclass(frozen=True)
    class Frozen:
        factor: float

        def forward(self, x):
            return x * self.factor

        def backward(self, dout):
            return dout * self.factor

    layer = Frozen(2.0)
    first = Network([layer, affine()], SoftmaxWithLoss())
    with pytest.raises(NetworkError, match="in another network"):
        Network([layer], SoftmaxWithLoss())
    assert first["Frozen1"] == Frozen(2.0)


def test_an_object_that_takes_no_attribute_can_be_a_layer():
    class Slotted:
        __slots__ = ()

        def forward(self, x):
            return x

        def backward(self, dout):
            return dout

    assert len(Network([Slotted(), affine()], SoftmaxWithLoss())) == 2
