"""Callbacks: who is called when, with what, and in which order."""

import numpy as np
import pytest

import xpnet
from xpnet.training import Callback, History, Record


class Diary(Callback):
    def __init__(self, name="", pages=None):
        self.name, self.pages = name, [] if pages is None else pages

    def on_start(self, trainer, goal):
        self.pages.append((self.name, "start", trainer, goal))

    def on_step(self, trainer, loss):
        self.pages.append((self.name, "step", trainer, loss, trainer.iteration))

    def on_record(self, trainer, record):
        self.pages.append((self.name, "record", trainer, record))

    def on_end(self, trainer, history):
        self.pages.append((self.name, "end", trainer, history))


def test_a_run_calls_start_steps_records_and_end_in_order(new_trainer):
    diary = Diary()
    new_trainer(callbacks=[diary]).run(iterations=4)
    events = [page[1] for page in diary.pages]
    assert events == ["start", "step", "step", "step", "record", "step", "record", "end"]


def test_each_call_gets_the_trainer_first(new_trainer):
    diary = Diary()
    trainer = new_trainer(callbacks=[diary])
    trainer.run(iterations=4)
    assert all(page[2] is trainer for page in diary.pages)


def test_start_gets_the_goal_counted_over_all_runs(new_trainer):
    diary = Diary()
    trainer = new_trainer(callbacks=[diary])
    trainer.run(iterations=4)
    trainer.run(epochs=1)
    trainer.run(epochs=2)
    assert [page[3] for page in diary.pages if page[1] == "start"] == [4, 6, 12]


def test_step_gets_the_loss_on_the_device_after_its_iteration_is_counted(new_trainer, backend):
    diary = Diary()
    history = new_trainer(callbacks=[diary]).run(iterations=4)
    steps = [page for page in diary.pages if page[1] == "step"]
    assert [page[4] for page in steps] == [1, 2, 3, 4]
    np.testing.assert_allclose([float(page[3]) for page in steps], history.losses)
    if backend.name != "numpy":
        assert {xpnet.backend_of(page[3]) for page in steps} == {backend}


def test_step_sees_the_parameters_after_the_update(new_trainer):
    class Watch(Callback):
        before, changed = None, False

        def on_start(self, trainer, goal):
            self.before = xpnet.to_numpy(trainer.net.params.flat).copy()

        def on_step(self, trainer, loss):
            self.changed = (xpnet.to_numpy(trainer.net.params.flat) != self.before).any()

    watch = Watch()
    new_trainer(callbacks=[watch]).run(iterations=1)
    assert watch.changed


def test_record_and_end_get_what_is_in_the_history(new_trainer, toy):
    diary = Diary()
    history = new_trainer(test=toy, callbacks=[diary]).run(iterations=4)
    records = [page[3] for page in diary.pages if page[1] == "record"]
    assert all(isinstance(record, Record) for record in records)
    assert records == history.records
    assert isinstance(history, History)
    assert diary.pages[-1][3] is history


def test_a_record_is_in_the_history_when_it_is_told(new_trainer):
    class Look(Callback):
        told = ()

        def on_record(self, trainer, record):
            self.told = (*self.told, trainer.history.final is record)

    look = Look()
    new_trainer(callbacks=[look]).run(epochs=2)
    assert look.told == (True, True)


def test_several_callbacks_are_called_in_the_order_given(new_trainer):
    pages = []
    new_trainer(callbacks=(Diary(name, pages) for name in "abc")).run(iterations=1)
    events = ["start", "step", "record", "end"]
    assert [page[:2] for page in pages] == [(name, event) for event in events for name in "abc"]


def test_a_callback_may_change_the_learning_rate(new_trainer):
    class Freeze(Callback):
        def on_record(self, trainer, record):
            trainer.optimizer.lr = 0.0
            self.weights = xpnet.to_numpy(trainer.net.params.flat).copy()

    freeze = Freeze()
    trainer = new_trainer(callbacks=[freeze])
    trainer.run(epochs=1)
    frozen = freeze.weights
    trainer.run(epochs=1)
    np.testing.assert_array_equal(xpnet.to_numpy(trainer.net.params.flat), frozen)


@pytest.mark.parametrize("method", ["on_start", "on_step", "on_record", "on_end"])
def test_a_callback_overrides_only_what_it_needs(new_trainer, method):
    calls = []
    only = type("Only", (Callback,), {method: lambda self, *args: calls.append(method)})
    trainer = new_trainer(callbacks=[only(), Callback()])
    trainer.run(epochs=1)
    assert set(calls) == {method}
    assert trainer.iteration == 3
