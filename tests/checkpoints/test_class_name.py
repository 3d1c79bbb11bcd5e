"""Classes have names in files by which they are found again, or by which they are known."""

from xpnet.checkpoints import class_name
from xpnet.layers import Relu
from xpnet.networks import TwoLayerNet


class Plain:
    """A class of one's own."""


def test_the_librarys_classes_have_short_names_and_others_their_module():
    assert class_name(Relu) == "Relu"
    assert class_name(TwoLayerNet) == "TwoLayerNet"
    assert class_name(Plain) == f"{__name__}.Plain"
