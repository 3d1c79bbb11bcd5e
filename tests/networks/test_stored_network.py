"""A network comes back from its file as it was, on any backend, or stays as it is."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.checkpoints import write_tensors
from xpnet.errors import BackendError, CheckpointError, OptionError
from xpnet.layers import Affine, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
from xpnet.networks.stored_network import contents


class Slope(Layer):
    """A layer of one's own with a parameter."""

    rowwise = True
    saved = ("x",)

    def __init__(self, slope):
        self.add_params(slope=slope)

    def forward(self, x):
        self.x = x
        return x * self.params["slope"]

    def backward(self, dout):
        self.grads["slope"] = (dout * self.x).sum(axis=0)
        return dout * self.params["slope"]


class Shifted(Network):
    """A network of one's own."""

    def predict(self, x, **options):
        return super().predict(x, **options) + 1


def own_net(seed=0):
    rng = np.random.default_rng(seed)
    affine = Affine(xpnet.asarray(rng.normal(size=(4, 3))), xpnet.asarray(np.zeros(3)))
    return Network([affine, Slope(xpnet.asarray(rng.normal(size=3)))], SoftmaxWithLoss())


def everything(net):
    """All that a file may change, on the host."""
    arrays = {name: xpnet.to_numpy(array).tobytes() for name, array in net.params.items()}
    return arrays, net.dtype, net.pixel_scale, net.class_names, repr(net)


NETS = {
    "two layers": lambda: TwoLayerNet(4, 3, 2, seed=0),
    "float64": lambda: TwoLayerNet(4, 3, 2, seed=0, dtype="float64"),
    "deep": lambda: MultiLayerNet(4, [5, 6, 7], 2, activation="sigmoid", seed=0),
    "flat": lambda: MultiLayerNet(4, [], 2, seed=0),
    "named": lambda: Network(
        {"in": Affine(xpnet.asarray(np.ones((4, 2))), xpnet.asarray(np.zeros(2))), "r": Relu()},
        SoftmaxWithLoss(),
    ),
    "without parameters": lambda: Network([Relu()], SoftmaxWithLoss()),
}


@pytest.fixture(params=NETS)
def net(request, backend):
    return NETS[request.param]()


def test_a_network_comes_back_as_it_was(net, tmp_path):
    net.pixel_scale, net.class_names = 1 / 255, ["zwei", "셋"]
    net.save(tmp_path / "net.safetensors")
    loaded = xpnet.load(tmp_path / "net.safetensors")
    assert everything(loaded) == everything(net)
    assert (type(loaded), list(loaded.layers)) == (type(net), list(net.layers))
    assert loaded.backend is net.backend
    x = xpnet.asarray(np.random.default_rng(1).normal(size=(5, 4)))
    assert xpnet.to_numpy(loaded.predict(x)).tolist() == xpnet.to_numpy(net.predict(x)).tolist()


def test_it_learns_as_the_one_that_was_saved(backend, tmp_path):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.save(tmp_path / "net")
    loaded = xpnet.load(tmp_path / "net")
    x, t = xpnet.asarray(np.ones((5, 4))), xpnet.asarray(np.array([0, 1, 1, 0, 1]))
    for each in (net, loaded):
        each.backprop(x, t)
        each.params.flat -= 0.1 * each.grads.flat
    assert everything(loaded) == everything(net)


def test_the_file_does_not_say_where_the_network_lived(backend, tmp_path):
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.save(tmp_path / "here")
    net.to("numpy").save(tmp_path / "numpy")
    assert (tmp_path / "here").read_bytes() == (tmp_path / "numpy").read_bytes()
    assert xpnet.load(tmp_path / "here", backend="numpy").backend.name == "numpy"
    assert xpnet.load(tmp_path / "numpy", backend=backend.name).backend is backend


def test_an_unknown_backend_is_refused(tmp_path):
    TwoLayerNet(4, 3, 2).save(tmp_path / "net")
    with pytest.raises(BackendError):
        xpnet.load(tmp_path / "net", backend="fortran")


def test_a_class_loads_its_own_networks_and_those_of_classes_below_it(tmp_path):
    TwoLayerNet(4, 3, 2).save(tmp_path / "net")
    assert type(Network.load(tmp_path / "net")) is TwoLayerNet
    assert type(TwoLayerNet.load(tmp_path / "net")) is TwoLayerNet
    with pytest.raises(
        CheckpointError, match="expected a MultiLayerNet, got a TwoLayerNet: use xp"
    ):
        MultiLayerNet.load(tmp_path / "net")


def test_a_path_may_be_text_and_the_file_is_replaced_whole(tmp_path):
    path = str(tmp_path / "net.safetensors")
    for seed in (0, 1):
        TwoLayerNet(4, 3, 2, seed=seed).save(path)
    assert everything(xpnet.load(path)) == everything(TwoLayerNet(4, 3, 2, seed=1))
    assert len(list(tmp_path.iterdir())) == 1


def test_layers_of_ones_own_fill_a_network_that_was_made(backend, tmp_path):
    net = own_net()
    net.class_names = ["a", "b", "c"]
    net.save(tmp_path / "net")
    with pytest.raises(
        CheckpointError, match=r"got one of the class .*Slope: make the network with"
    ):
        xpnet.load(tmp_path / "net")
    other = own_net(seed=1)
    other.load_weights(tmp_path / "net")
    assert everything(other) == everything(net)


def test_a_network_of_ones_own_is_filled_and_not_loaded(tmp_path):
    net = Shifted([Affine(np.ones((2, 2)), np.zeros(2))], SoftmaxWithLoss())
    net.save(tmp_path / "net")
    for kind in (Network, Shifted):
        with pytest.raises(CheckpointError, match=r"expected a network of xpnet, got .*Shifted: m"):
            kind.load(tmp_path / "net")
    other = Shifted([Affine(np.zeros((2, 2)), np.zeros(2))], SoftmaxWithLoss())
    other.load_weights(tmp_path / "net")
    assert everything(other) == everything(net)


def test_weights_are_cast_to_the_networks_dtype(backend, tmp_path):
    TwoLayerNet(4, 3, 2, seed=0, dtype="float64").save(tmp_path / "net")
    net = TwoLayerNet(4, 3, 2, seed=1)
    net.load_weights(tmp_path / "net")
    assert everything(net) == everything(TwoLayerNet(4, 3, 2, seed=0))


REFUSED = {
    "another architecture": (lambda: MultiLayerNet(4, [3], 2, activation="sigmoid"), "Sigmoid"),
    "other sizes": (lambda: TwoLayerNet(4, 9, 2), r"W1 to be floats of shape \(4, 3\), got .*4, 9"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_weights_of_another_network_are_refused_and_nothing_changes(backend, tmp_path, case):
    make, words = REFUSED[case]
    make().save(tmp_path / "net")
    net = TwoLayerNet(4, 3, 2, seed=0)
    net.pixel_scale = 0.5
    before = everything(net)
    with pytest.raises(CheckpointError, match=words):
        net.load_weights(tmp_path / "net")
    assert everything(net) == before


@pytest.mark.parametrize(
    "change",
    [
        {"pixel_scale": -1.0},
        {"pixel_scale": "1/255"},
        {"class_names": ["a", "a"]},
        {"class_names": ["a", 3]},
        {"class_names": "ab"},
        {"network": None},
    ],
)
def test_a_remark_that_cannot_be_is_refused_and_nothing_changes(backend, tmp_path, change):
    arrays, document = contents(TwoLayerNet(4, 3, 2, seed=1))
    write_tensors(tmp_path / "net", arrays, {**document, **change})
    net = TwoLayerNet(4, 3, 2, seed=0)
    before = everything(net)
    with pytest.raises(CheckpointError, match="expected"):
        net.load_weights(tmp_path / "net")
    assert everything(net) == before
    with pytest.raises(CheckpointError, match="expected"):
        xpnet.load(tmp_path / "net")


@pytest.mark.parametrize("dtype", ["float16", "int64", "text", ""])
def test_a_dtype_that_cannot_learn_is_refused(tmp_path, dtype):
    arrays, document = contents(TwoLayerNet(4, 3, 2))
    write_tensors(tmp_path / "net", arrays, {**document, "dtype": dtype})
    with pytest.raises(CheckpointError, match="make no network"):
        xpnet.load(tmp_path / "net")


def test_layers_that_do_not_fit_their_names_are_refused(tmp_path):
    arrays, document = contents(TwoLayerNet(4, 3, 2))
    layers = document["network"]["layers"]
    layers[0]["params"], layers[2]["params"] = layers[2]["params"], layers[0]["params"]
    write_tensors(tmp_path / "net", arrays, document)
    with pytest.raises(CheckpointError, match="expected the parameters W1, b1, W2, b2, got W2, b2"):
        xpnet.load(tmp_path / "net")


def test_nan_among_the_parameters_is_not_saved(backend, tmp_path):
    net = TwoLayerNet(4, 3, 2)
    net.params["b1"][0] = float("nan")
    with pytest.raises(CheckpointError, match="expected b1 to be numbers, got NaN"):
        net.save(tmp_path / "net")
    assert list(tmp_path.iterdir()) == []


def test_what_is_said_of_a_network_follows_its_copies(backend):
    net = TwoLayerNet(4, 3, 2)
    net.pixel_scale, net.class_names = 0.5, ["a", "b"]
    for made in (copy.copy(net), pickle.loads(pickle.dumps(net)), net.astype("float64")):
        assert (made.pixel_scale, made.class_names) == (0.5, ("a", "b"))
    net.pixel_scale = net.class_names = None
    assert (net.pixel_scale, net.class_names) == (None, None)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), "1", True])
def test_a_pixel_scale_is_a_number_above_zero(value):
    with pytest.raises(OptionError, match="pixel_scale: expected a number above 0"):
        TwoLayerNet(4, 3, 2).pixel_scale = value


@pytest.mark.parametrize("value", ["ab", [], [1, 2], ["a", "a"], 3])
def test_class_names_are_a_list_of_different_names(value):
    with pytest.raises(OptionError, match="class_names: expected a list of different names, got"):
        TwoLayerNet(4, 3, 2).class_names = value


def test_saving_copies_once_from_the_device(device_counts, tmp_path):
    with xpnet.use_backend("cupy"):
        net = TwoLayerNet(4, 3, 2)
        with device_counts() as counts:
            net.save(tmp_path / "net")
    assert (counts.to_host, counts.launches) == (1, 0)
