"""Networks and trainers refuse what is no array of real numbers, as rows and as labels."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from tests.strange_arrays import STRANGE, strange
from xpnet.graph import network_graph
from xpnet.layers import Affine, SoftmaxWithLoss
from xpnet.networks import Network, TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.parameters import Parameters
from xpnet.training import Trainer

LABELLED = ["loss", "accuracy", "gradient", "backprop", "numerical_gradient", "network_graph"]
CALLS = ["predict", *LABELLED]
X, T = np.ones((2, 3), "float32"), np.array([0, 1])


def call(net, name, x, t):
    if name == "network_graph":
        return network_graph(net, x, t)
    return net.predict(x) if name == "predict" else getattr(net, name)(x, t)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", STRANGE)
def test_rows_that_mean_something_else_are_refused(name, kind):
    net = TwoLayerNet(3, 4, 2, seed=0)
    with pytest.raises(TypeError, match=f"^TwoLayerNet: {STRANGE[kind]}"):
        call(net, name, strange(kind), T)


@pytest.mark.parametrize("name", LABELLED)
@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("shape", [(2,), (2, 2)], ids=["labels", "rows"])
def test_labels_that_mean_something_else_are_refused(name, kind, shape):
    net = TwoLayerNet(3, 4, 2, seed=0)
    with pytest.raises(TypeError, match=f"^TwoLayerNet: {STRANGE[kind]}"):
        call(net, name, X, strange(kind, shape))


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("which", ["train", "test"])
def test_a_trainer_refuses_them(kind, place, which):
    data = {"train": (X, T), "test": (X, T)}
    data[which] = (strange(kind), T) if place == 0 else (X, strange(kind, (2,)))
    with pytest.raises(TypeError, match=STRANGE[kind]):
        Trainer(TwoLayerNet(3, 4, 2), SGD(), **data, batch_size=2, progress=False)


@pytest.mark.parametrize("kind", STRANGE)
def test_parameters_refuse_them(kind):
    with pytest.raises(TypeError, match=STRANGE[kind]):
        Parameters({"W": strange(kind)})
    net = TwoLayerNet(2, 3, 2, seed=0)
    before = net.params["W1"].copy()
    with pytest.raises(TypeError, match=STRANGE[kind]):
        net.params["W1"] = strange(kind)
    np.testing.assert_array_equal(net.params["W1"], before)


@pytest.mark.parametrize("kind", STRANGE)
def test_a_network_of_such_weights_is_not_made(kind):
    with pytest.raises(TypeError, match=STRANGE[kind]):
        Network([Affine(strange(kind), np.ones(3))], SoftmaxWithLoss())


@pytest.mark.parametrize(
    "dtype", ["bool", "int8", "uint8", "int64", "float16", "float32", "float64"]
)
def test_rows_of_real_numbers_are_taken(backend, dtype):
    net = TwoLayerNet(3, 4, 2, seed=0)
    rows = xpnet.asarray(np.array([[0, 1, 1], [1, 0, 1]]), dtype)
    as_floats = xpnet.asarray(rows, "float32")
    np.testing.assert_array_equal(
        xpnet.to_numpy(net.predict(rows)), xpnet.to_numpy(net.predict(as_floats))
    )


def test_a_mapped_file_is_trained_on(tmp_path):
    x = np.memmap(tmp_path / "x", "float32", "w+", shape=(20, 3))
    x[:] = np.random.default_rng(0).normal(size=(20, 3))
    t = np.memmap(tmp_path / "t", "uint8", "w+", shape=(20,))
    net = TwoLayerNet(3, 4, 2, seed=0)
    trainer = Trainer(net, SGD(), (x, t), test=(x, t), batch_size=5, progress=False)
    assert trainer.run(epochs=1).final
    assert type(net.predict(x)) is np.ndarray
