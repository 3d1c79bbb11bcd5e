"""How a run ends before its goal: a loss that is not finite, Ctrl-C, stop()."""

import time

import numpy as np
import pytest

from xpnet.errors import NonFiniteLossError
from xpnet.optimizers import SGD
from xpnet.training import Callback, Record


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


def struck(*data, scale):
    raise KeyboardInterrupt


def test_ctrl_c_during_evaluation_leaves_a_record_without_accuracies(new_trainer, toy, monkeypatch):
    trainer = new_trainer(test=toy)
    monkeypatch.setattr(trainer.net, "accuracy", struck)
    history = trainer.run(epochs=2)
    assert history.interrupted
    assert len(history.losses) == 3
    assert history.records == [Record(3, 1, history.losses[2], None, None)]


@pytest.mark.parametrize("iterations", [3, 4])
def test_a_run_after_an_interrupted_evaluation_makes_it_up(
    new_trainer, toy, monkeypatch, iterations
):
    whole = new_trainer(test=toy)
    whole.run(iterations=iterations)
    trainer = new_trainer(test=toy)
    trainer.run(iterations=iterations - 1)
    monkeypatch.setattr(trainer.net, "accuracy", struck)
    trainer.run(iterations=1)
    monkeypatch.undo()
    for each in (whole, trainer):
        each.run(epochs=2)
    evaluated = [record for record in trainer.history.records if record.iteration != iterations - 1]
    assert evaluated[-3:] == whole.history.records[-3:]
    assert None not in [record.test_accuracy for record in trainer.history.records]


def test_the_record_of_an_interrupt_gives_way_to_that_of_the_next_run(new_trainer, toy):
    trainer = new_trainer(test=toy, callbacks=[At(4, interrupt), At(5, interrupt)])
    whole = new_trainer(test=toy).run(epochs=2)
    for iteration in (4, 5):
        trainer.run(iterations=6 - trainer.iteration)
        assert trainer.history.final == Record(
            iteration, 2, whole.losses[iteration - 1], None, None
        )
    assert trainer.run(iterations=1).records == whole.records


def test_ctrl_c_before_the_first_step_of_a_next_run_keeps_the_record(new_trainer, toy):
    class Hasty(Callback):
        def on_start(self, trainer, goal):
            if goal == 4:
                raise KeyboardInterrupt

    trainer = new_trainer(test=toy, callbacks=[Hasty()])
    records = list(trainer.run(iterations=2).records)
    history = trainer.run(iterations=2)
    assert history.interrupted
    assert history.records == records
    assert None not in (records[-1].train_accuracy, records[-1].test_accuracy)


def test_ctrl_c_after_steps_by_hand_makes_no_record(new_trainer):
    class Hasty(Callback):
        def on_start(self, trainer, goal):
            raise KeyboardInterrupt

    trainer = new_trainer(callbacks=[Hasty()])
    trainer.step()
    history = trainer.run(iterations=1)
    assert (history.losses, history.records) == ([], [])


def test_an_error_of_a_callback_leaves_losses_and_a_record(new_trainer, toy):
    def fail(trainer):
        raise LookupError("of the callback")

    trainer = new_trainer(test=toy, callbacks=[At(2, fail)])
    with pytest.raises(LookupError):
        trainer.run(epochs=1)
    history = trainer.history
    assert not history.interrupted
    assert len(history.losses) == trainer.iteration == 2
    assert history.records == [Record(2, 1, history.losses[1], None, None)]
    whole = new_trainer(test=toy).run(epochs=1)
    assert trainer.run(epochs=1).records == whole.records
    assert history.losses == whole.losses


def test_a_loss_that_is_not_finite_is_found_behind_an_error_too(new_trainer):
    class Fails(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 2:
                trainer.net.params["b2"][0] = float("nan")
            if trainer.iteration == 4:
                raise LookupError("of the callback")

    trainer = new_trainer(batch_size=10, callbacks=[Fails()])
    with pytest.raises(LookupError):
        trainer.run(epochs=1)
    assert len(trainer.history.losses) == 4
    with pytest.raises(NonFiniteLossError, match="at iteration 3:"):
        trainer.run(iterations=1)


def test_an_interrupted_evaluation_counts_as_no_time_of_steps(new_trainer, toy, monkeypatch):
    def slow(*data, scale):
        time.sleep(0.05)
        raise KeyboardInterrupt

    trainer = new_trainer(test=toy)
    monkeypatch.setattr(trainer.net, "accuracy", slow)
    history = trainer.run(epochs=1)
    assert 0 < history.step_seconds <= history.seconds - 0.05


def test_ctrl_c_in_the_end_of_a_callback_ends_cleanly(new_trainer):
    class Struck(Callback):
        def on_end(self, trainer, history):
            raise KeyboardInterrupt

    listener = At(0, interrupt)
    history = new_trainer(callbacks=[Struck(), listener]).run(epochs=1)
    assert history.interrupted
    assert listener.ends == 1
    assert history.final.iteration == 3


@pytest.mark.parametrize("lr", [None, "fast", [0.1], lambda step: 0.1])
def test_a_loss_is_told_whatever_the_learning_rate_is(new_trainer, lr):
    class Own:
        def update(self, params, grads):
            params["b2"][0] = float("nan")

    optimizer = Own()
    if lr is not None:
        optimizer.lr = lr
    with pytest.raises(
        NonFiniteLossError, match=r"smaller learning rate( \(it is <lambda>\))?, smaller initial"
    ):
        new_trainer(optimizer=optimizer).run(epochs=1)


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
