"""Steps: whatever is raised in one, it was done or not."""

from __future__ import annotations

import signal

import numpy as np
import pytest

import xpnet
from tests.training.failing import failing
from xpnet.errors import OptionError, OutOfMemoryError, PartialUpdateError
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.training import Callback, Trainer

OPTIMIZERS = [SGD, Momentum, AdaGrad, RMSProp, Adam]
ERRORS = [LookupError, KeyboardInterrupt, SystemExit]


def weights(trainer):
    return xpnet.to_numpy(trainer.net.params.flat).copy()


def nothing(params):
    pass


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("error", [*ERRORS, MemoryError])
@pytest.mark.parametrize(("when", "done"), [("before", 2), ("behind", 3)])
def test_an_optimizer_that_raises_leaves_a_trainer_that_goes_on(
    new_trainer, kind, error, when, done
):
    trainer = new_trainer(optimizer=failing(kind, error, **{when: nothing}))
    whole = new_trainer(optimizer=kind())
    losses = []
    for _ in range(2):
        losses.append(float(trainer.step()))
    with pytest.raises(error):
        trainer.step()
    assert trainer.iteration == trainer.optimizer.steps == done
    wanted = [whole.step() for _ in range(done)]
    np.testing.assert_array_equal(weights(trainer), weights(whole))
    assert losses == [float(loss) for loss in wanted[:2]]
    for each in (trainer, whole):
        each.run(epochs=2)
    np.testing.assert_array_equal(weights(trainer), weights(whole))
    assert trainer.history.losses == whole.history.losses
    assert trainer.history.records == whole.history.records


@pytest.mark.parametrize(("when", "done"), [("before", 2), ("behind", 3)])
@pytest.mark.parametrize("error", ERRORS)
def test_a_run_that_an_optimizer_ended_has_every_loss(new_trainer, toy, error, when, done):
    trainer = new_trainer(optimizer=failing(Adam, error, **{when: nothing}), test=toy)
    try:
        trainer.run(epochs=2)
    except error:
        assert error is not KeyboardInterrupt
    assert trainer.history.interrupted == (error is KeyboardInterrupt)
    assert trainer.iteration == trainer.optimizer.steps == len(trainer.history.losses) == done
    assert trainer.history.final.iteration == done
    whole = new_trainer(optimizer=Adam(), test=toy).run(epochs=2)
    history = trainer.run(iterations=6 - done)
    assert history.losses == whole.losses
    assert history.records == whole.records


def test_out_of_memory_behind_an_update_is_not_told_as_a_step_that_was_not_done(new_trainer):
    trainer = new_trainer(optimizer=failing(SGD, MemoryError, behind=nothing))
    with pytest.raises(MemoryError) as caught:
        trainer.run(iterations=3)
    assert not isinstance(caught.value, OutOfMemoryError)


def test_a_draw_that_was_cut_off_is_drawn_again(new_trainer, seen, monkeypatch):
    trainer, whole = new_trainer(), new_trainer()
    batches, wanted = seen(trainer), seen(whole)
    for each in (trainer, whole):
        each.run(epochs=1)

    def cut_off(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("xpnet.training.batches.asarray", cut_off)
    assert trainer.run(epochs=1).interrupted
    monkeypatch.setattr("xpnet.training.batches.asarray", xpnet.asarray)
    for each in (trainer, whole):
        each.run(epochs=2)
    assert batches == wanted


@pytest.fixture
def ctrl_c():
    """Ctrl-C, as a shell gives it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda: signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def strikes_inside(trainer, monkeypatch, ctrl_c, times=1):
    """Let Ctrl-C come in the midst of the trainer's second update."""
    update, calls = trainer.net.backend.update, []

    def struck(rule, param, grad, *rest):
        calls.append(param)
        if len(calls) == 2:
            update(rule, param[:9], grad[:9], *rest)
            for _ in range(times):
                ctrl_c()
            update(rule, param[9:], grad[9:], *rest)
        else:
            update(rule, param, grad, *rest)

    monkeypatch.setattr(trainer.net.backend, "update", struck)


def test_ctrl_c_in_the_midst_of_an_update_is_raised_behind_it(new_trainer, monkeypatch, ctrl_c):
    whole = new_trainer()
    wanted = [whole.step() and weights(whole) for _ in range(3)]
    trainer = new_trainer()
    strikes_inside(trainer, monkeypatch, ctrl_c)
    trainer.step()
    with pytest.raises(KeyboardInterrupt):
        trainer.step()
    assert trainer.iteration == trainer.optimizer.steps == 2
    np.testing.assert_array_equal(weights(trainer), wanted[1])
    trainer.step()
    np.testing.assert_array_equal(weights(trainer), wanted[2])


def test_ctrl_c_in_the_midst_of_an_update_ends_a_run_behind_the_step(
    new_trainer, monkeypatch, ctrl_c
):
    trainer, whole = new_trainer(), new_trainer().run(epochs=2)
    strikes_inside(trainer, monkeypatch, ctrl_c)
    history = trainer.run(epochs=2)
    assert history.interrupted
    assert trainer.iteration == len(history.losses) == history.final.iteration == 2
    assert trainer.run(iterations=4).losses == whole.losses
    assert not history.interrupted


@pytest.mark.parametrize("call", ["step", "run"])
def test_a_second_ctrl_c_is_raised_at_once_and_told(new_trainer, monkeypatch, ctrl_c, call):
    trainer = new_trainer()
    strikes_inside(trainer, monkeypatch, ctrl_c, times=2)
    trainer.step()
    with pytest.raises(KeyboardInterrupt, match="update of iteration 2 was cut off"):
        trainer.step() if call == "step" else trainer.run(epochs=1)
    assert trainer.history.interrupted == (call == "run")
    with pytest.raises(PartialUpdateError):
        trainer.run(epochs=1)


def test_a_run_inside_of_a_run_is_the_one_that_ctrl_c_ends(new_trainer, ctrl_c):
    class Struck(Callback):
        def on_step(self, trainer, loss):
            ctrl_c()

    class Inner(Callback):
        def on_record(self, trainer, record):
            inner.run(epochs=1)

    inner = new_trainer(callbacks=[Struck()])
    history = new_trainer(callbacks=[Inner()]).run(epochs=2)
    assert inner.history.interrupted
    assert inner.iteration == 2
    assert not history.interrupted
    assert len(history.losses) == 6


def test_ctrl_c_in_the_last_callback_of_all_is_not_lost(new_trainer, ctrl_c):
    class Last(Callback):
        def on_end(self, trainer, history):
            ctrl_c()

    history = new_trainer(callbacks=[Last()]).run(epochs=1)
    assert history.interrupted
    assert history.final.iteration == 3


@pytest.mark.parametrize("net", ["net", None, SGD()])
def test_what_is_no_network_is_refused(toy, net):
    with pytest.raises(OptionError, match="expected a Network, got "):
        Trainer(net, SGD(), toy, batch_size=20)


@pytest.mark.parametrize("optimizer", [SGD, "sgd", None])
def test_what_is_no_optimizer_is_refused(new_net, toy, optimizer):
    with pytest.raises(
        OptionError, match=r"expected an object with a method update, such as SGD\(lr=0.1\)"
    ):
        Trainer(new_net(), optimizer, toy, batch_size=20)
