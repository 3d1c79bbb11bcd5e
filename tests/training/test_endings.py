"""How a run ends before its goal: a loss that is not finite, Ctrl-C, stop()."""

import time

import numpy as np
import pytest

from xpnet.errors import NonFiniteLossError
from xpnet.optimizers import SGD
from xpnet.training import Callback


class At(Callback):
    """Does something after one step, and counts the ends."""

    def __init__(self, iteration, act):
        self.iteration, self.act, self.ends = iteration, act, 0

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            self.act(trainer)

    def on_end(self, trainer, history):
        self.ends += 1


def poison(value):
    def act(trainer):
        trainer.net.params["b2"][0] = value

    return act


def interrupt(trainer):
    raise KeyboardInterrupt


# --- a loss that is not finite ---------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("iteration", [1, 2, 3, 4, 5])
def test_the_first_iteration_with_such_a_loss_is_named(new_trainer, iteration, value):
    with pytest.raises(NonFiniteLossError, match=f"at iteration {iteration + 1}:") as caught:
        new_trainer(callbacks=[At(iteration, poison(value))]).run(epochs=4)
    assert caught.value.iteration == iteration + 1


def test_the_first_iteration_is_counted_over_all_runs(new_trainer):
    trainer = new_trainer(callbacks=[At(8, poison(float("nan")))])
    trainer.run(iterations=4)
    trainer.run(iterations=2)
    with pytest.raises(NonFiniteLossError) as caught:
        trainer.run(iterations=5)
    assert caught.value.iteration == 9


def test_a_broken_start_is_found_at_iteration_1(new_trainer, new_net):
    net = new_net()
    net.params["W1"][0, 0] = float("nan")
    with pytest.raises(NonFiniteLossError) as caught:
        new_trainer(net=net).run(iterations=1)
    assert caught.value.iteration == 1


def test_the_message_says_what_to_try(new_trainer):
    with pytest.raises(NonFiniteLossError) as caught:
        new_trainer(callbacks=[At(1, poison(float("nan")))]).run(epochs=1)
    message = str(caught.value)
    for words in ("the loss is nan", "smaller learning rate (it is 0.5)", "scale=1/255"):
        assert words in message


def test_history_is_kept_up_to_the_stop(new_trainer, toy):
    trainer = new_trainer(test=toy, callbacks=[At(4, poison(float("nan")))])
    with pytest.raises(NonFiniteLossError) as caught:
        trainer.run(epochs=5)
    history = caught.value.history
    assert history is trainer.history
    assert np.isfinite(history.losses).tolist() == [True] * 4 + [False] * 2
    assert [record.iteration for record in history.records] == [3]
    assert history.seconds > 0


def test_callbacks_hear_of_the_end(new_trainer):
    callback = At(2, poison(float("nan")))
    with pytest.raises(NonFiniteLossError):
        new_trainer(callbacks=[callback]).run(epochs=2)
    assert callback.ends == 1


def test_a_learning_rate_that_explodes_is_one_error_and_no_warnings(new_trainer):
    with pytest.raises(NonFiniteLossError, match=r"it is 1e\+30"):
        new_trainer(optimizer=SGD(lr=1e30)).run(epochs=20)


# --- Ctrl-C ------------------------------------------------------------------------------------


@pytest.mark.parametrize("iteration", [1, 3, 4])
def test_ctrl_c_ends_the_run_and_keeps_the_losses(new_trainer, iteration):
    callback = At(iteration, interrupt)
    trainer = new_trainer(callbacks=[callback])
    history = trainer.run(epochs=5)
    assert history is trainer.history
    assert history.interrupted
    assert len(history.losses) == trainer.iteration == iteration
    assert np.isfinite(history.losses).all()
    assert callback.ends == 1


def test_a_run_after_ctrl_c_goes_on_as_if_nothing_had_been(new_trainer):
    trainer = new_trainer(callbacks=[At(4, interrupt)])
    trainer.run(epochs=3)
    history = trainer.run(epochs=2)
    assert not history.interrupted
    assert history.losses == new_trainer().run(epochs=3).losses


def test_ctrl_c_during_evaluation_keeps_the_losses(new_trainer, toy, monkeypatch):
    trainer = new_trainer(test=toy)
    monkeypatch.setattr(trainer.net, "accuracy", lambda *data, scale: interrupt(trainer))
    history = trainer.run(epochs=2)
    assert history.interrupted
    assert len(history.losses) == 3
    assert history.records == []


def test_ctrl_c_leaves_a_record_of_the_last_step_that_was_not_evaluated(new_trainer, toy):
    history = new_trainer(test=toy, callbacks=[At(5, interrupt)]).run(epochs=3)
    assert [record.iteration for record in history.records] == [3, 5]
    assert history.final.loss == history.losses[-1]
    assert history.final.train_accuracy is history.final.test_accuracy is None


def test_ctrl_c_while_the_losses_are_fetched_loses_none(new_trainer, monkeypatch):
    trainer = new_trainer()
    backend, fetched = trainer.net.backend, []
    fetch = backend.floats

    def interrupted_once(values):
        fetched.append(fetch(values))
        if len(fetched) == 1:
            raise KeyboardInterrupt
        return fetched[-1]

    monkeypatch.setattr(backend, "floats", interrupted_once)
    assert len(trainer.run(epochs=1).losses) == trainer.iteration == 3
    assert len(trainer.run(epochs=1).losses) == trainer.iteration == 6


def test_ctrl_c_before_the_first_step_ends_cleanly(new_trainer):
    class Hasty(Callback):
        def on_start(self, trainer, goal):
            raise KeyboardInterrupt

    history = new_trainer(callbacks=[Hasty()]).run(epochs=1)
    assert history.interrupted
    assert (history.losses, history.records) == ([], [])


def test_steps_take_no_longer_than_the_run_whenever_it_ends(new_trainer, toy):
    class Slow(Callback):
        def on_record(self, trainer, record):
            time.sleep(0.05)
            raise KeyboardInterrupt

    history = new_trainer(test=toy, callbacks=[Slow()]).run(epochs=2)
    assert 0 < history.step_seconds <= history.seconds - 0.05


def test_every_callback_hears_the_end_even_if_one_fails(new_trainer):
    class Fails(Callback):
        def on_end(self, trainer, history):
            raise LookupError("at the end")

    listener = At(0, interrupt)
    with pytest.raises(LookupError, match="at the end"):
        new_trainer(callbacks=[Fails(), listener]).run(epochs=1)
    assert listener.ends == 1


def test_another_exception_passes_and_keeps_the_losses(new_trainer):
    def fail(trainer):
        raise LookupError("of the callback")

    callback = At(2, fail)
    trainer = new_trainer(callbacks=[callback])
    with pytest.raises(LookupError, match="of the callback"):
        trainer.run(epochs=1)
    assert callback.ends == 1
    assert not trainer.history.interrupted
    assert len(trainer.run(epochs=1).losses) == trainer.iteration == 3


# --- stop() ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("iteration", "records"), [(1, [1]), (3, [3]), (4, [3, 4])])
def test_stop_ends_the_run_after_its_step(new_trainer, iteration, records):
    trainer = new_trainer(callbacks=[At(iteration, lambda trainer: trainer.stop())])
    history = trainer.run(epochs=5)
    assert [record.iteration for record in history.records] == records
    assert len(history.losses) == iteration
    assert not history.interrupted


def test_stop_from_a_record_ends_the_run_there(new_trainer):
    class Enough(Callback):
        def on_record(self, trainer, record):
            trainer.stop()

    trainer = new_trainer(callbacks=[Enough()])
    assert [record.iteration for record in trainer.run(epochs=5).records] == [3]


def test_a_run_after_stop_goes_on(new_trainer):
    trainer = new_trainer(callbacks=[At(2, lambda trainer: trainer.stop())])
    trainer.run(epochs=5)
    assert trainer.run(epochs=1).final.iteration == 3
    assert trainer.history.losses == new_trainer().run(epochs=1).losses
