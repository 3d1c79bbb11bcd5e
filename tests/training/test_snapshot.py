"""A snapshot has what a network has learned, shares nothing with it, and is put back whole."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.training.snapshot import Snapshot

WAYS = [Snapshot.of, Snapshot.on_host]


def weights(net):
    return xpnet.to_numpy(net.params.flat).copy()


@pytest.mark.parametrize("way", WAYS)
def test_what_was_learned_is_put_back(new_net, way):
    net = new_net()
    before = weights(net)
    snapshot = way(net)
    assert snapshot.is_in(net)
    net.params["W1"][0, 0] += 1
    assert not snapshot.is_in(net)
    snapshot.put_into(net)
    np.testing.assert_array_equal(weights(net), before)
    net.params.flat += 1
    assert not snapshot.is_in(net)


def test_a_snapshot_is_taken_again_in_its_place(new_net):
    net = new_net()
    snapshot = Snapshot.of(net)
    kept = snapshot.arrays["parameters"]
    net.params["b2"] += 1
    snapshot.take(net)
    assert snapshot.is_in(net)
    assert snapshot.arrays["parameters"] is kept


def test_arrays_of_a_file_are_placed_beside_the_network(new_net, backend):
    net = new_net()
    snapshot = Snapshot({"parameters": weights(net)})
    snapshot.place(net)
    assert xpnet.backend_of(snapshot.arrays["parameters"]) is backend
    assert snapshot.is_in(net)


def test_a_snapshot_of_another_network_is_refused(new_net):
    net = new_net()
    for snapshot in (Snapshot.of(TwoLayerNet(2, 100, 2)), Snapshot({})):
        with pytest.raises(CheckpointError, match="expected copies of the network's arrays, param"):
            snapshot.place(net)


def test_an_improvement_is_one_copy_on_the_device(device_counts):
    with xpnet.use_backend("cupy"):
        net = TwoLayerNet(20, 8, 10, seed=0)
        snapshot = Snapshot.of(net)
        with device_counts() as counts:
            snapshot.take(net)
    assert (counts.launches, counts.to_host, counts.synchronisations) == (1, 0, 0)
    assert counts.allocations == 0


@pytest.mark.parametrize("way", WAYS)
def test_what_layers_keep_beside_the_parameters_is_put_back_too(toy, way):
    net = MultiLayerNet(2, [4], 2, batch_norm=True, dropout=0.5, seed=0)
    net.loss(*toy)
    snapshot, before = way(net), {n: xpnet.to_numpy(a).copy() for n, a in net.buffers.items()}
    net.loss(*toy)
    assert not snapshot.is_in(net)
    snapshot.put_into(net)
    assert snapshot.is_in(net)
    for name, array in before.items():
        np.testing.assert_array_equal(xpnet.to_numpy(net.buffers[name]), array)
