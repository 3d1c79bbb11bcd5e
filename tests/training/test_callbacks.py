"""Callbacks: who is called when, with what, and in which order."""

from types import SimpleNamespace

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
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


# --- refused -----------------------------------------------------------------------------------


class Later(Callback):
    def on_epoch_end(self, trainer): ...


class Mixed:
    on_start = on_step = on_record = on_end = on_batch_begin = on_epoch_end = print


class Partly:
    def on_step(self, trainer, loss): ...


class Unset(Callback):
    on_record = None


HOOKS = "on_start, on_step, on_record and on_end"
ONLY = f"expected {HOOKS} to be the only methods on_... of a callback"
REFUSED = [
    (Later(), f"{ONLY}, got Later with on_epoch_end; no run calls that, so rename it"),
    (Mixed(), f"{ONLY}, got Mixed with on_batch_begin and on_epoch_end; "),
    (SimpleNamespace(on_epoch_end=print), "got SimpleNamespace with on_epoch_end; "),
    (Diary, r"expected a callback to be an object, got the class Diary; pass Diary\(...\)"),
    (Partly(), "without on_start, on_record and on_end; inherit from xpnet.training.Callback"),
    (Unset(), "without on_record; "),
    (print, "without on_start, "),
    (None, "expected a callback with the methods on_start, .*, got None without on_start, "),
    ("bar", "got 'bar' without on_start, "),
]


@pytest.mark.parametrize(("callback", "message"), REFUSED)
def test_what_no_run_can_call_is_refused_when_the_trainer_is_made(new_trainer, callback, message):
    with pytest.raises(OptionError, match=message):
        new_trainer(callbacks=[Callback(), callback])


@pytest.mark.parametrize("callbacks", [Diary(), Diary, None, 3])
def test_callbacks_are_a_list_of_them(new_trainer, callbacks):
    with pytest.raises(OptionError, match=r"to be a list, as \[callback\], got "):
        new_trainer(callbacks=callbacks)


def test_an_object_with_the_four_methods_is_a_callback(new_trainer):
    calls = []
    names = ("on_start", "on_step", "on_record", "on_end")
    duck = SimpleNamespace(**{name: lambda *_, name=name: calls.append(name) for name in names})
    new_trainer(callbacks=[duck]).run(iterations=1)
    assert calls == list(names)


def test_data_of_a_callback_may_be_called_as_it_likes(new_trainer):
    callback = Diary()
    callback.on_gpu, callback.on_improvement = True, print
    new_trainer(callbacks=[callback]).run(iterations=1)
