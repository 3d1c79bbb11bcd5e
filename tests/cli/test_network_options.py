import pytest

from xpnet.cli.network_options import build_network, hidden_sizes
from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet

COMMON = {"seed": 0, "dtype": "float64", "pixels": 400, "classes": 10}


def spread(net):
    return float(net.params["W1"].std())


def test_initial_weights_default_to_what_suits_the_network():
    assert spread(build_network([50], "relu", None, **COMMON)) == pytest.approx(0.01, rel=0.05)
    deep = build_network([50, 20], "relu", None, **COMMON)
    assert spread(deep) == pytest.approx((2 / 400) ** 0.5, rel=0.05)
    smooth = build_network([50], "sigmoid", None, **COMMON)
    assert spread(smooth) == pytest.approx((1 / 400) ** 0.5, rel=0.05)
    tanh = build_network([50], "tanh", None, **COMMON)
    assert spread(tanh) == spread(smooth)
    leaky = build_network([50], "leaky_relu", None, **COMMON)
    assert spread(leaky) == pytest.approx((2 / 400) ** 0.5, rel=0.05)
    assert spread(build_network([50], "relu", "0.3", **COMMON)) == pytest.approx(0.3, rel=0.05)


def test_dropout_and_batch_normalisation_stand_behind_each_hidden_layer():
    net = build_network([30, 20], "tanh", None, **COMMON, dropout=0.25, batch_norm=True)
    hidden = ["Affine", "BatchNorm", "Tanh", "Dropout"]
    assert [type(layer).__name__ for layer in net] == [*hidden, *hidden, "Affine"]
    assert net["Dropout1"].rate == 0.25


def test_the_weights_are_the_same_with_dropout_and_without():
    plain = build_network([30], "relu", None, **COMMON)
    other = build_network([30], "relu", None, **COMMON, dropout=0.25)
    assert isinstance(plain, TwoLayerNet)
    assert (plain.params["W1"] == other.params["W1"]).all()
    assert (plain.params["W2"] == other.params["W2"]).all()


@pytest.mark.parametrize("hidden", ["", "many", "8,,4", "8;4"])
def test_sizes_that_are_no_numbers_are_refused(hidden):
    assert hidden_sizes("8,4") == [8, 4]
    with pytest.raises(OptionError, match="--hidden: expected numbers, as 50 or 100,50, got"):
        hidden_sizes(hidden)
