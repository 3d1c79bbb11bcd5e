import numpy as np
import pytest

import xpnet
from xpnet.cli.models import load_classifier, told_of
from xpnet.errors import CheckpointError, NetworkError
from xpnet.layers import Affine, Relu, Sigmoid, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet


def test_an_error_of_a_network_begins_with_its_file():
    with (
        pytest.raises(NetworkError, match=r"^a\.safetensors: no layers$"),
        told_of("a.safetensors"),
    ):
        raise NetworkError("no layers")


@pytest.mark.parametrize(
    ("layer", "last_layer"),
    [(Relu(), SoftmaxWithLoss()), (Affine(np.ones((4, 2)), np.zeros(2)), Sigmoid())],
)
def test_a_network_whose_scores_are_of_no_classes_is_refused(tmp_path, layer, last_layer):
    path = tmp_path / "net.safetensors"
    Network([layer], last_layer, dtype="float32").save(path)
    with pytest.raises(NetworkError, match=r"net\.safetensors: expected a network with Affine"):
        load_classifier(str(path))


def test_a_missing_file_is_refused():
    with pytest.raises(CheckpointError, match=r"none\.safetensors"):
        load_classifier("none.safetensors")


def test_the_network_is_on_the_current_backend(backend, tmp_path):
    path = str(tmp_path / "net.safetensors")
    TwoLayerNet(4, 3, 2, seed=0).save(path)
    assert load_classifier(path).backend is xpnet.get_backend()
