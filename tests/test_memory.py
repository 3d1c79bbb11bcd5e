"""The memory report counts each byte once, and says None where nobody can know."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.memory import LayerMemory, MemoryReport
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet


@pytest.fixture
def net(backend):
    return TwoLayerNet(64, 128, 8, seed=0)


@pytest.fixture
def rows(backend):
    """Sizes that a pool need not round up: each array is a multiple of 512 bytes."""
    return xpnet.asarray(np.ones((128, 64)), "float32"), xpnet.asarray(np.zeros(128), "int64")


def test_numpy_has_no_pool_and_says_none():
    report = xpnet.memory_report()
    assert report == MemoryReport("numpy", "cpu")
    assert report.pool is report.parameters is report.gradients is report.saved is None
    assert str(report) == "on numpy (cpu), where no pool can be asked"


def test_the_pool_grows_by_what_an_array_takes(backend, memory_pool):
    if backend.name != "cupy":
        pytest.skip("only CuPy has a pool")
    before = xpnet.memory_report().pool
    array = xpnet.asarray(np.zeros(1024, "uint8"))
    after = xpnet.memory_report().pool
    assert after.used - before.used == array.nbytes
    assert after.used <= after.held <= after.total
    assert 0 < after.free < after.total


def test_an_allocator_that_is_no_pool_is_not_asked(backend):
    if backend.name != "cupy":
        pytest.skip("only CuPy's allocator can be set")
    import cupy

    with cupy.cuda.using_allocator(None):
        backend.free_unused()
        assert xpnet.memory_report().pool is None


def test_a_network_is_reported_where_it_lives(net):
    with xpnet.use_backend("numpy"):
        report = xpnet.memory_report(net)
    assert (report.backend, report.device) == (net.backend.name, net.backend.device)


def test_parameters_and_gradients_are_their_buffers(memory_pool, net):
    report = xpnet.memory_report(net)
    unit = 512 if net.backend.name == "cupy" else 1  # CuPy's pool gives multiples of it
    wanted = -(-net.params.flat.nbytes // unit) * unit
    assert report.parameters == report.gradients == wanted


def test_each_layer_reports_what_it_keeps_for_backward(net, rows):
    net.loss(*rows)
    report = xpnet.memory_report(net)
    assert report.layers == (
        LayerMemory("Affine1", ("x",), 128 * 64 * 4),
        LayerMemory("Relu1", ("mask",), 128 * 128),
        LayerMemory("Affine2", ("x",), 128 * 128 * 4),
        LayerMemory("SoftmaxWithLoss", ("y", "t", "_dx"), 2 * 128 * 8 * 4 + 128 * 8),
    )
    assert report.saved == sum(layer.saved for layer in report.layers)


def test_an_array_that_two_layers_keep_is_counted_at_the_first(backend, rows):
    net = MultiLayerNet(64, [128], 8, activation="sigmoid", seed=0)
    net.loss(*rows)
    kept = {layer.name: layer.saved for layer in xpnet.memory_report(net).layers}
    assert net.layers["Affine2"].x is net.layers["Sigmoid1"].out
    assert (kept["Sigmoid1"], kept["Affine2"]) == (128 * 128 * 4, 0)


def test_a_view_counts_with_all_that_it_keeps_alive(net, rows):
    x, t = rows
    net.loss(x[:2][:, ::1], t[:2])
    assert xpnet.memory_report(net).layers[0].saved == x.nbytes


def test_arrays_in_a_tuple_are_counted_and_numbers_are_not(backend, rows):
    class Twice(Layer):
        saved = ("pair", "factor")
        pair = factor = None

        def forward(self, x):
            self.pair, self.factor = (x, [x + 1]), 2
            return 2 * x

        def backward(self, dout):
            return 2 * dout

    affine = Affine(
        xpnet.asarray(np.ones((64, 8)), "float32"), xpnet.asarray(np.ones(8), "float32")
    )
    net = Network([Twice(), affine], SoftmaxWithLoss())
    net.loss(*rows)
    assert xpnet.memory_report(net).layers[0] == LayerMemory("Twice1", ("pair",), 2 * 128 * 64 * 4)


@pytest.mark.parametrize("step", ["gradient", "backprop"])
def test_what_loss_kept_is_released_by_the_next_gradient(net, rows, step):
    net.loss(*rows)
    assert xpnet.memory_report(net).saved > 0
    getattr(net, step)(*rows)
    report = xpnet.memory_report(net)
    assert report.saved == 0
    assert all(layer == LayerMemory(layer.name, (), 0) for layer in report.layers)


def test_looking_leaves_what_is_kept_for_backward(net, rows):
    net.loss(*rows)
    assert xpnet.memory_report(net) == xpnet.memory_report(net)
    assert net.last_layer.backward().shape == (128, 8)


def test_the_table_shows_sizes_in_the_unit_that_reads_best(backend):
    pool = xpnet.backends.storage.Pool(used=512, held=3 << 20, free=5 << 30, total=6 << 30)
    report = MemoryReport("cupy", "cuda:0", pool, 1536, 1536, (LayerMemory("A", ("x",), 0),), 0)
    sizes = [line.split()[-2:] for line in str(report).splitlines()[1:-1]]
    wanted = ["1.5 KiB", "1.5 KiB", "0 B", "0 B", "512 B", "3.0 MiB", "5.0 GiB", "6.0 GiB"]
    assert sizes == [size.split() for size in wanted]
    assert str(report).endswith("on cupy (cuda:0)")


def test_a_report_cannot_be_changed(net):
    with pytest.raises(dataclasses.FrozenInstanceError):
        xpnet.memory_report(net).saved = 0


def test_what_is_no_network_is_refused():
    with pytest.raises(OptionError, match="expected a Network, or None"):
        xpnet.memory_report({})
