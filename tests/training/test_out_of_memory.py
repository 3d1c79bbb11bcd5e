"""A step that runs out of memory is not done in part, and the next one does it."""

from __future__ import annotations

import gc
import warnings
import weakref
from importlib import import_module

import numpy as np
import pytest

import xpnet
from tests.training.failing import failing as failing_optimizer
from xpnet.errors import OutOfMemoryError
from xpnet.machine import cuda_device
from xpnet.networks import MultiLayerNet, TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.training import Trainer

OPTIMIZERS = [SGD, Momentum, AdaGrad, RMSProp, Adam]


class NoRoom:
    """An array library whose function of this name runs out of memory."""

    def __init__(self, xp, name, calls=0):
        self.xp, self.failing, self.calls = xp, name, calls

    def __getattr__(self, name):
        if name == self.failing:
            self.calls -= 1
            if self.calls < 0:
                raise MemoryError
        return getattr(self.xp, name)


def numbers(array):
    return xpnet.to_numpy(array).copy()


@pytest.mark.parametrize(
    "primitive", ["gather", "relu_with_mask", "relu_grad", "update", "asarray"]
)
@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("replacement", [False, True])
def test_a_step_that_failed_is_done_by_the_next(new_trainer, run_out, primitive, step, replacement):
    options = {"replacement": replacement}
    whole, failing = new_trainer(**options), new_trainer(**options)
    for _ in range(step - 1):
        failing.step()
    if primitive == "asarray" and step == 2:
        pytest.skip("within an epoch nothing is placed")
    undo = run_out(failing.net.backend, primitive)
    with pytest.raises(OutOfMemoryError, match="with 20 rows in float32") as caught:
        failing.step()
    assert (failing.iteration, failing.optimizer.steps) == (step - 1, step - 1)
    assert caught.value.rows == 20
    undo()
    for _ in range(7 - failing.iteration):
        failing.step()
    for _ in range(7):
        whole.step()
    assert (numbers(failing.net.params.flat) == numbers(whole.net.params.flat)).all()


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_without_room_for_its_state_has_written_nothing(
    new_trainer, monkeypatch, kind
):
    if not kind.rule.state:
        pytest.skip("SGD keeps nothing")
    whole, failing = new_trainer(optimizer=kind()), new_trainer(optimizer=kind())
    params = numbers(failing.net.params.flat)
    # zeros of the last array of state: of two the first one is there already
    xp = failing.net.backend.xp
    monkeypatch.setattr(
        failing.net.backend, "xp", NoRoom(xp, "zeros_like", len(kind.rule.state) - 1)
    )
    with pytest.raises(OutOfMemoryError):
        failing.step()
    monkeypatch.undo()
    assert (numbers(failing.net.params.flat) == params).all()
    for trainer in (whole, failing):
        trainer.run(iterations=4)
    assert (numbers(failing.net.params.flat) == numbers(whole.net.params.flat)).all()


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_update_that_ran_out_counts_as_no_step(kind, run_out):
    net = TwoLayerNet(2, 8, 2, seed=0)
    net.backprop(np.ones((5, 2), "float32"), np.zeros(5, int))
    optimizer = kind()
    optimizer.update(net.params, net.grads)
    run_out(net.backend, "update")
    with pytest.raises(MemoryError):
        optimizer.update(net.params, net.grads)
    assert optimizer.steps == 1


def buffered_net():
    """A network whose layers keep a count, and running means and variances, from step to step."""
    return MultiLayerNet(2, [8, 8], 2, batch_norm=True, dropout=0.5, seed=0)


def buffers_of(trainer):
    return {name: numbers(array).tolist() for name, array in trainer.net.buffers.items()}


@pytest.mark.parametrize("primitive", ["gather", "relu_with_mask", "relu_grad", "update"])
def test_a_step_that_failed_leaves_the_buffers_of_layers_as_they_were(
    new_trainer, run_out, primitive
):
    whole, failing = new_trainer(buffered_net()), new_trainer(buffered_net())
    failing.step()
    before = buffers_of(failing)
    undo = run_out(failing.net.backend, primitive)
    with pytest.raises(OutOfMemoryError):
        failing.step()
    assert buffers_of(failing) == before
    undo()
    for trainer in (whole, failing):
        trainer.run(iterations=4 - trainer.iteration)
    assert buffers_of(failing) == buffers_of(whole)
    assert (numbers(failing.net.params.flat) == numbers(whole.net.params.flat)).all()


def test_an_error_behind_an_update_leaves_the_buffers_of_the_step_that_was_done(new_trainer):
    optimizer = failing_optimizer(SGD, ValueError("too late"), behind=lambda params: None)
    whole, failing = new_trainer(buffered_net(), SGD()), new_trainer(buffered_net(), optimizer)
    with pytest.raises(ValueError, match="too late"):
        failing.run(iterations=4)
    whole.run(iterations=failing.iteration)
    assert failing.iteration == 3
    assert buffers_of(failing) == buffers_of(whole)


@pytest.mark.parametrize("failures", [1, 2])
@pytest.mark.filterwarnings("ignore:a step cannot be captured:RuntimeWarning")
def test_a_capture_that_failed_leaves_the_buffers_of_layers_as_they_were(
    new_trainer, capturing, monkeypatch, failures
):
    plain, captured = new_trainer(buffered_net(), capture=False), new_trainer(buffered_net())
    plain.run(iterations=6)
    primitive, calls = capturing.relu_grad, iter(range(2, 100))

    def scarce(*args):
        # of the two calls in a step the second: the first step is plain, the next is recorded
        if next(calls) in (5, 7)[:failures]:
            raise MemoryError("no room")
        return primitive(*args)

    monkeypatch.setattr(capturing, "relu_grad", scarce)
    captured.run(iterations=6)
    assert captured.captured is (failures == 1)
    assert buffers_of(captured) == buffers_of(plain)
    assert (numbers(captured.net.params.flat) == numbers(plain.net.params.flat)).all()


def test_a_run_that_failed_goes_on_with_every_loss(new_trainer, run_out):
    whole, failing = new_trainer(), new_trainer()
    failing.step = stopping(failing, at=5, undo=lambda: run_out(failing.net.backend, "gather"))
    with pytest.raises(OutOfMemoryError):
        failing.run(epochs=3)
    run_out(failing.net.backend, "gather")()
    del failing.step
    assert failing.iteration == 4
    assert failing.run(iterations=5).losses == whole.run(iterations=9).losses


def stopping(trainer, at, undo):
    """The trainer's step, which calls `undo` before step number `at`."""
    step = trainer.step

    def watched():
        if trainer.iteration + 1 == at:
            undo()
        return step()

    return watched


def test_an_error_that_is_kept_keeps_no_batch(new_trainer, monkeypatch):
    trainer, seen = new_trainer(), []

    def fail(x):
        seen.append(weakref.ref(x))
        del x  # variables outside the library are left alone
        raise MemoryError

    monkeypatch.setattr(trainer.net.backend, "relu_with_mask", fail)
    batches, gather = [], trainer.net.backend.gather

    def watched(*args):
        made = gather(*args)
        batches.append(weakref.ref(made[0]))
        return made

    monkeypatch.setattr(trainer.net.backend, "gather", watched)
    gc.disable()
    try:
        with pytest.raises(OutOfMemoryError) as caught:
            trainer.step()
        assert caught.value.__cause__ is not None
        assert [ref() for ref in (*seen, *batches)] == [None, None]
    finally:
        gc.enable()


def test_a_smaller_batch_trains_on_a_device_that_ran_out(little_memory):
    x = np.random.default_rng(0).normal(size=(20_000, 64)).astype("float32")
    data = x, (x[:, 0] > 0).astype("int64")

    def trainer(net, rows):
        # plain steps: for those of a capture there is no room
        return Trainer(net, SGD(lr=0.1), data, batch_size=rows, progress=False, capture=False)

    net, other = TwoLayerNet(64, 512, 2, seed=0), TwoLayerNet(64, 512, 2, seed=0)
    with pytest.raises(OutOfMemoryError, match="20,000 rows"):
        trainer(net, 20_000).run(epochs=1)
    losses = trainer(net, 1000).run(iterations=5).losses
    assert losses == trainer(other, 1000).run(iterations=5).losses
    assert (numbers(net.params.flat) == numbers(other.params.flat)).all()


def wide_run(capture, rows):
    """A run of few large batches, the last of them smaller."""
    x = np.random.default_rng(0).normal(size=(rows * 5 // 2, 64)).astype("float32")
    data = x, (x[:, 0] > 0).astype("int64")
    net = TwoLayerNet(64, 512, 2, seed=0)
    trainer = Trainer(net, SGD(lr=0.1), data, batch_size=rows, progress=False, capture=capture)
    trainer.run(epochs=3)
    return trainer


@pytest.mark.parametrize("rows", [1000, 5000])
def test_a_captured_run_that_fits_only_plainly_gives_the_same(backend, memory_pool, rows):
    if backend.name != "cupy" or cuda_device().kind != "emulated":
        pytest.skip("needs the emulated device, whose memory can be set")
    expected = wide_run(False, rows)
    memory_pool.free_all_blocks()
    free, total = backend.xp.cuda.runtime.memGetInfo()
    little = import_module("cudaemu").settings(memory=total - free + 64_000_000)
    with little, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        trainer = wide_run(None, rows)
    assert trainer.history.losses == expected.history.losses
    assert (numbers(trainer.net.params.flat) == numbers(expected.net.params.flat)).all()
    assert trainer.captured is (rows == 1000)
    assert len(told) == (rows == 5000)
    assert all("memory" in str(warning.message) for warning in told)
