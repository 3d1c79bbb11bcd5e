"""What is asked of a network that classifies pictures."""

import numpy as np
import pytest

from xpnet.errors import NetworkError
from xpnet.layers import Affine, MeanSquaredError, Relu, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet
from xpnet.networks.classifier import (
    check_classifier,
    input_side,
    names_of_classes,
    scale_of_pixels,
)


def test_what_a_network_says_is_what_is_found():
    net = TwoLayerNet(16, 3, 2, seed=0)
    assert names_of_classes(net) == ["0", "1"]
    net.class_names, net.pixel_scale = ["cat", "dog"], 0.5
    check_classifier(net)
    assert (names_of_classes(net), scale_of_pixels(net)) == (["cat", "dog"], 0.5)
    assert input_side(net) == 4


def test_what_cannot_be_used_is_refused_with_the_remedy():
    net = TwoLayerNet(15, 3, 2, seed=0)
    net.class_names = ["cat"]
    for ask, words in {
        names_of_classes: r"^expected 2 class names, .*, got 1: set net\.class_names",
        scale_of_pixels: r"^the network does not say .*: set net\.pixel_scale",
        input_side: r"^expected .* a square .*, got one that takes 15 numbers",
    }.items():
        with pytest.raises(NetworkError, match=words):
            ask(net)


@pytest.mark.parametrize(
    ("layer", "last_layer"),
    [(Relu(), SoftmaxWithLoss()), (Affine(np.ones((4, 2)), np.zeros(2)), MeanSquaredError())],
)
def test_a_network_whose_scores_are_of_no_classes_is_refused(layer, last_layer):
    net = Network([layer], last_layer, dtype="float32")
    with pytest.raises(NetworkError, match="expected a network with Affine layers and Softmax"):
        check_classifier(net)
