"""Training keeps parameters, gradients and losses, and takes no more from epoch to epoch."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import xpnet
from xpnet.gradient import check_gradients
from xpnet.machine import cuda_device
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.training import Callback, Trainer


@pytest.fixture
def no_collector():
    """What dies here dies of itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def test_a_step_keeps_nothing_for_backward(new_trainer):
    trainer = new_trainer()
    trainer.net.loss(*trainer.train)
    assert xpnet.memory_report(trainer.net).saved > 0
    trainer.step()
    assert xpnet.memory_report(trainer.net).saved == 0


def test_a_step_keeps_none_of_the_arrays_of_its_batch(new_trainer, monkeypatch, no_collector):
    trainer, seen = new_trainer(), []
    backend = trainer.net.backend
    for name in ("gather", "relu_with_mask", "softmax_with_loss", "relu_grad"):
        watch(monkeypatch, backend, name, seen)
    loss = trainer.step()
    alive = [ref() for ref in seen if ref() is not None]
    assert len(seen) >= 6
    assert [array.shape for array in alive if array.ndim] == []
    assert float(loss) > 0


def watch(monkeypatch, backend, name, seen):
    """Note, weakly, the arrays that a primitive returns."""
    primitive = getattr(backend, name)

    def watched(*args):
        made = primitive(*args)
        for array in made if isinstance(made, tuple) else (made,):
            if isinstance(array, backend.array_type):
                seen.append(weakref.ref(array))
        return made

    monkeypatch.setattr(backend, name, watched)


def test_network_and_trainer_die_without_the_garbage_collector(new_trainer, toy, no_collector):
    trainer = new_trainer(test=toy)
    trainer.run(epochs=2)
    check_gradients(trainer.net.astype("float64"), toy[0].astype("float64"), toy[1])
    net = trainer.net
    net.numerical_gradient(*toy)
    dead = [weakref.ref(thing) for thing in (trainer, net, net.layers["Affine1"])]
    del trainer, net
    assert [ref() for ref in dead] == [None] * 3


def test_checking_gradients_and_predicting_keep_nothing(new_net, toy):
    net = new_net().astype("float64")
    x = toy[0].astype("float64")
    check_gradients(net, x, toy[1])
    net.predict(x, batch_size=7)
    net.accuracy(x, toy[1], batch_size=7)
    assert xpnet.memory_report(net).saved == 0


class AfterEpochs(Callback):
    """Calls a function after each epoch."""

    def __init__(self, look):
        self.look, self.seen = look, []

    def on_record(self, trainer, record):
        self.seen.append(self.look())


def trained(look, epochs):
    """What `look` saw after each epoch."""
    rng = np.random.default_rng(0)
    x = xpnet.asarray(rng.normal(size=(550, 64)), "float32")
    data = x, xpnet.asarray(rng.integers(10, size=550))
    watcher = AfterEpochs(look)
    net = TwoLayerNet(64, 128, 10, seed=0)
    trainer = Trainer(net, Adam(), data, test=data, callbacks=[watcher], progress=False)
    trainer.run(epochs=epochs)
    return watcher.seen


def test_the_pool_is_as_full_after_every_epoch(backend, memory_pool):
    if backend.name != "cupy":
        pytest.skip("only CuPy has a pool")
    # the first epochs cut their losses' first slab and meet every size of batch
    pools = trained(lambda: xpnet.memory_report().pool, epochs=6)[1:]
    assert len({(pool.used, pool.held) for pool in pools}) == 1


def test_later_epochs_ask_the_driver_for_nothing(backend, memory_pool):
    if backend.name != "cupy" or cuda_device().kind != "emulated":
        pytest.skip("needs the emulated device, which counts")
    import cudaemu

    counts = trained(cudaemu.counters, epochs=6)[1:]
    for name in ("device_mallocs", "device_malloc_bytes", "device_frees"):
        assert len({count[name] for count in counts}) == 1


def test_the_peak_of_an_epoch_on_numpy_stays(no_collector):
    def look():
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        return peak

    tracemalloc.start()
    try:
        peaks = trained(look, epochs=8)[2:]
    finally:
        tracemalloc.stop()
    # an activation of one batch is 51 kB; records, losses and what Python's cache of attributes
    # keeps of names are up to 2 kB an epoch
    assert max(peaks) - peaks[0] < 25_000
