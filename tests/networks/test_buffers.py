"""Buffers of layers go wherever the network goes, and are of nobody else."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import BackendError, CheckpointError, MixedBackendError
from xpnet.gradient import check_gradients
from xpnet.layers import Affine, BatchNorm, Layer, Relu, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network
from xpnet.networks.buffers import named_buffers, restore, saved

RNG = np.random.default_rng(0)


class Counts(Layer):
    """Counts its rows, which is a buffer of integers, and adds an offset that is one of floats."""

    rowwise = True

    def __init__(self):
        self.add_buffers(
            rows=xpnet.asarray(np.zeros(1, "int64")), offset=xpnet.asarray(np.ones(2), "float32")
        )

    def forward(self, x):
        self.buffers["rows"][0] += len(x)
        return self.apply(x)

    def apply(self, x):
        return x + self.buffers["offset"]

    def backward(self, dout):
        return dout


def affine(rows, columns):
    return Affine(xpnet.asarray(RNG.normal(size=(rows, columns))), xpnet.asarray(np.ones(columns)))


def new_net(*more):
    layers = {"in": affine(4, 3), "norm": BatchNorm(3), "relu": Relu(), "out": affine(3, 2)}
    return Network({**layers, **{f"own{k}": layer for k, layer in enumerate(more)}}, LOSS())


LOSS = SoftmaxWithLoss


@pytest.fixture
def net(backend):
    return new_net(Counts())


@pytest.fixture
def batch(backend):
    return xpnet.asarray(RNG.normal(size=(6, 4))), xpnet.asarray(np.array([0, 1, 1, 0, 1, 0]))


def host(arrays):
    return {name: xpnet.to_numpy(array).copy() for name, array in arrays.items()}


def assert_equal(found, wanted):
    assert list(found) == list(wanted)
    for name, array in wanted.items():
        np.testing.assert_array_equal(xpnet.to_numpy(found[name]), xpnet.to_numpy(array))


NAMES = ["norm.running_mean", "norm.running_var", "own0.rows", "own0.offset"]

COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda net: pickle.loads(pickle.dumps(net)),
    "astype": lambda net: net.astype("float64"),
}


def test_they_are_named_by_layer_and_are_the_layers_own(net):
    assert list(net.buffers) == list(named_buffers(net.stack)) == NAMES
    assert net.buffers["norm.running_mean"] is net["norm"].running_mean
    assert Network([affine(4, 3)], LOSS()).buffers == {}


def test_floating_ones_take_the_networks_dtype(net):
    assert {name: str(array.dtype) for name, array in net.buffers.items()} == {
        **dict.fromkeys(NAMES, "float64"),
        "own0.rows": "int64",
    }
    assert str(net.astype("float32").buffers["norm.running_var"].dtype) == "float32"
    assert str(net.buffers["norm.running_var"].dtype) == "float64"


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_has_its_own(net, batch, how):
    net.gradient(*batch)
    made = COPIES[how](net)
    assert_equal(made.buffers, net.buffers)
    before = host(net.buffers)
    made.gradient(*batch)
    assert_equal(net.buffers, before)
    assert int(made.buffers["own0.rows"][0]) == 12
    assert made.buffers["own0.rows"] is made["own0"].buffers["rows"]


def test_they_move_with_the_network(net, batch, elsewhere):
    net.gradient(*batch)
    before, home = host(net.buffers), net.backend.name
    assert net.to(elsewhere).to(elsewhere) is net
    assert {xpnet.backend_of(array).name for array in net.buffers.values()} == {elsewhere}
    assert_equal(host(net.buffers), before)
    net.to(home).gradient(*batch)
    assert int(net.buffers["own0.rows"][0]) == 12


def test_a_move_that_fails_leaves_them(net):
    before = dict(net.buffers)
    with pytest.raises(BackendError):
        net.to("nowhere")
    assert all(net.buffers[name] is array for name, array in before.items())


def test_buffers_of_another_backend_are_refused(backend, elsewhere):
    layers = [affine(4, 3)]
    with xpnet.use_backend(elsewhere):
        layers.append(BatchNorm(3))
    layers[1].add_params()  # it is the buffers that are elsewhere
    with pytest.raises(MixedBackendError, match=r"BatchNorm1\.running_mean is a"):
        Network(layers, LOSS())


def test_a_saved_network_comes_back_with_them(net, batch, backend, tmp_path):
    net.gradient(*batch)
    own, path = new_net(Counts()), tmp_path / "net.safetensors"
    net.save(path)
    own.load_weights(path)
    assert_equal(own.buffers, net.buffers)
    assert_equal(host({"scores": own.predict(batch[0])}), {"scores": net.predict(batch[0])})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_of_the_librarys_layers_is_loaded_with_them(backend, tmp_path, dtype, batch):
    made = Network(
        [affine(4, 3), BatchNorm(3, 0.3, 1e-3), affine(3, 2)], LOSS(), dtype=backend.dtype(dtype)
    )
    made.gradient(*batch)
    made.save(tmp_path / "net")
    found = xpnet.load(tmp_path / "net")
    assert found.backend is backend
    assert (found["BatchNorm1"].momentum, found["BatchNorm1"].eps) == (0.3, 1e-3)
    assert_equal(found.buffers, made.buffers)
    assert_equal(found.params, made.params)
    assert str(found.buffers["BatchNorm1.running_mean"].dtype) == dtype


def test_masks_go_on_where_a_saved_network_was(backend, tmp_path, batch):
    net = MultiLayerNet(4, [6], 2, dropout=0.5, seed=0)
    for _ in range(3):
        net.gradient(*batch)
    net.save(tmp_path / "net")
    found = xpnet.load(tmp_path / "net")
    assert found["Dropout1"].options() == net["Dropout1"].options()
    assert xpnet.to_numpy(found["Dropout1"].steps).tolist() == [3]
    assert_equal({"loss": found.loss(*batch)}, {"loss": net.loss(*batch)})


def test_options_that_make_no_layer_are_refused_by_name(tmp_path):
    net = MultiLayerNet(4, [6], 2, dropout=0.5, seed=0)
    net["Dropout1"].rate = 1.5
    net.save(tmp_path / "net")
    with pytest.raises(CheckpointError, match=r"Dropout cannot be made of rate, seed: rate: exp"):
        xpnet.load(tmp_path / "net")


def test_a_file_without_a_buffer_changes_nothing(net, batch, backend, tmp_path):
    other = new_net(Counts())
    other["own0"].add_buffers(rows=other["own0"].buffers["rows"])
    other.save(tmp_path / "net")
    net.gradient(*batch)
    before = host({**net.params, **net.buffers})
    with pytest.raises(CheckpointError, match=r"buffers\.own0\.offset, got none"):
        net.load_weights(tmp_path / "net")
    assert_equal({**net.params, **net.buffers}, before)


def test_a_gradient_check_leaves_them_as_they_were(net, batch):
    net.gradient(*batch)
    before = host(net.buffers)
    assert check_gradients(net, *batch).passed
    net.numerical_gradient(*batch)
    net.predict(batch[0])
    net.accuracy(*batch)
    assert_equal(net.buffers, before)


def test_the_summary_counts_them(net):
    assert net.summary().splitlines()[-1].startswith("29 parameters and 9 numbers in buffers, ")


def test_the_memory_report_counts_them(net):
    report = xpnet.memory_report(net)
    assert report.buffers >= 8 * 9
    assert "\nbuffers " in str(report)
    assert "buffers" not in str(xpnet.memory_report(Network([affine(4, 3)], LOSS())))


def test_buffers_that_were_saved_are_restored_in_place(net, batch):
    arrays, before = net.buffers, host(net.buffers)
    kept = saved(net.stack)
    net.loss(*batch)
    assert int(net.buffers["own0.rows"][0]) == 6
    restore(kept)
    assert_equal(net.buffers, before)
    assert all(net.buffers[name] is array for name, array in arrays.items())


def test_a_network_without_buffers_saves_nothing(backend):
    assert saved(Network([affine(4, 3)], LOSS()).stack) == []
