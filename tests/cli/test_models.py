import numpy as np
import pytest

import xpnet
from xpnet.cli.models import class_names, input_side, load_classifier, pixel_scale
from xpnet.errors import CheckpointError, NetworkError
from xpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet


def test_a_network_without_names_has_the_numbers_of_its_classes(tmp_path):
    path = str(tmp_path / "net.safetensors")
    TwoLayerNet(16, 3, 4, seed=0).save(path)
    assert class_names(load_classifier(path), path) == ["0", "1", "2", "3"]


def test_what_the_file_says_is_kept(tmp_path):
    path = str(tmp_path / "net.safetensors")
    net = TwoLayerNet(16, 3, 2, seed=0)
    net.class_names, net.pixel_scale = ["cat", "dog"], 0.5
    net.save(path)
    net = load_classifier(path)
    assert (class_names(net, path), pixel_scale(net, path)) == (["cat", "dog"], 0.5)
    assert input_side(net, path) == 4


def test_what_cannot_be_used_is_refused_with_the_remedy():
    net = TwoLayerNet(15, 3, 2, seed=0)
    net.class_names = ["cat"]
    with pytest.raises(NetworkError, match=r"^a: expected 2 class names.*, got 1: load it, set"):
        class_names(net, "a")
    with pytest.raises(NetworkError, match=r"^a: the file does not say .*: load it, set net.pixel"):
        pixel_scale(net, "a")
    with pytest.raises(NetworkError, match=r"^a: expected .* a square .* takes 15 numbers"):
        input_side(net, "a")


@pytest.mark.parametrize(
    ("layer", "last_layer"),
    [(Relu(), SoftmaxWithLoss()), (Affine(np.ones((4, 2)), np.zeros(2)), Sigmoid())],
)
def test_a_network_whose_scores_are_of_no_classes_is_refused(tmp_path, layer, last_layer):
    path = tmp_path / "net.safetensors"
    Network([layer], last_layer, dtype="float32").save(path)
    with pytest.raises(NetworkError, match=r"expected a network with Affine layers and Softmax"):
        load_classifier(str(path))


def test_a_missing_file_is_refused():
    with pytest.raises(CheckpointError, match=r"none\.safetensors"):
        load_classifier("none.safetensors")


def test_the_network_is_on_the_current_backend(backend, tmp_path):
    path = str(tmp_path / "net.safetensors")
    TwoLayerNet(4, 3, 2, seed=0).save(path)
    assert load_classifier(path).backend is xpnet.get_backend()
