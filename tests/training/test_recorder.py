"""Recorder: losses come over together, once, and records are made where they are due."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.errors import NonFiniteLossError
from xpnet.optimizers import SGD, schedules
from xpnet.training.history import History
from xpnet.training.recorder import Recorder


@pytest.fixture
def recorder():
    return Recorder(History(), steps_per_epoch=2)


def keep(recorder, losses, first=1):
    for iteration, loss in enumerate(losses, first):
        recorder.keep(iteration, xpnet.asarray(np.array(loss)))


def test_losses_are_in_the_history_once_they_are_fetched(backend, recorder):
    keep(recorder, [3.0, 2.0])
    assert recorder.history.losses == []
    for _ in range(2):  # again fetches nothing new
        recorder.fetch(backend)
        assert recorder.history.losses == [3, 2]
    recorder.collect(backend, SGD())
    keep(recorder, [1.0], first=3)
    recorder.collect(backend, SGD())
    assert recorder.history.losses == [3, 2, 1]


def test_a_loss_is_kept_once_an_iteration(backend, recorder):
    keep(recorder, [3.0])
    keep(recorder, [3.0])
    recorder.collect(backend, SGD())
    assert recorder.history.losses == [3]


@pytest.mark.parametrize(
    ("lr", "words"),
    [
        (schedules.cosine(0.25, steps=9), r"rate \(it is cosine\(lr=0\.25, steps=9, end=0\.0\)\)"),
        (lambda step: 0.25, r"rate \(it is <lambda>\)"),
    ],
)
def test_a_learning_rate_that_is_a_function_is_named(backend, recorder, lr, words):
    keep(recorder, [math.nan])
    with pytest.raises(NonFiniteLossError, match=words):
        recorder.collect(backend, SGD(lr=lr))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_the_first_loss_that_is_not_finite_is_named(backend, recorder, value):
    keep(recorder, [3.0, value, value])
    wanted = rf"the loss is {value} at iteration 2: .* smaller learning rate \(it is 0.25\)"
    with pytest.raises(NonFiniteLossError, match=wanted) as caught:
        recorder.collect(backend, SGD(lr=0.25))
    assert caught.value.iteration == 2
    assert caught.value.history is recorder.history
    assert len(recorder.history.losses) == 3


def test_a_record_is_owed_until_it_is_noted(backend, recorder):
    keep(recorder, [3.0, 2.0])
    assert recorder.owes(2)
    recorder.collect(backend, SGD())
    assert recorder.owes(2)
    record = recorder.note(2, train_accuracy=0.5, test_accuracy=0.25)
    assert not recorder.owes(2)
    assert (record.iteration, record.epoch, record.loss) == (2, 1, 2)
    assert (record.train_accuracy, record.test_accuracy) == (0.5, 0.25)
    assert recorder.history.records == [record]


def test_a_record_has_what_was_found_on_the_validation_set(backend, recorder):
    keep(recorder, [3.0])
    recorder.collect(backend, SGD())
    record = recorder.note(1, validation_loss=0.75, validation_accuracy=0.5)
    assert (record.validation_loss, record.validation_accuracy) == (0.75, 0.5)


@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_a_score_that_is_not_finite_is_named(backend, recorder, value):
    keep(recorder, [3.0, 2.0])
    recorder.collect(backend, SGD())
    wanted = f"the test score is {value} after iteration 2: look for NaN in the rows of the test"
    with pytest.raises(NonFiniteLossError, match=wanted):
        recorder.note(2, train_score=0.5, test_score=value)
    assert recorder.history.records == []


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_validation_loss_that_is_not_finite_is_named(backend, recorder, value):
    keep(recorder, [3.0, 2.0])
    recorder.collect(backend, SGD())
    with pytest.raises(NonFiniteLossError, match=rf"validation loss is {value} after iteration 2"):
        recorder.note(2, validation_loss=value, validation_accuracy=0.5)
    assert recorder.owes(2)
    assert recorder.history.records == []


def test_a_record_that_was_noted_early_is_replaced_by_the_one_that_is_due(backend, recorder):
    keep(recorder, [3.0, 2.0])
    recorder.fetch(backend)
    recorder.note_early(2)
    recorder.note_early(2)
    assert [record.train_accuracy for record in recorder.history.records] == [None]
    assert recorder.owes(2)
    recorder.note(2, train_accuracy=0.5, test_accuracy=0.25)
    assert [record.train_accuracy for record in recorder.history.records] == [0.5]


def test_the_seconds_of_steps_end_when_their_losses_are_here(backend, recorder):
    recorder.start_clock()
    keep(recorder, [3.0])
    recorder.fetch(backend)
    seconds = recorder.history.step_seconds
    assert seconds > 0
    recorder.fetch(backend)
    assert recorder.history.step_seconds == seconds


def test_a_pause_brings_the_losses_over_and_is_no_time_of_steps(recorder, backend, monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 6.0, 50.0, 57.0, 99.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(clock))
    recorder.start_run()  # at 0
    recorder.start_clock()  # at 1
    keep(recorder, [0.5])
    with recorder.paused(backend, SGD()):  # from 3, which is counted at 6
        assert recorder.history.losses == [0.5]
        assert (recorder.history.step_seconds, recorder.history.seconds) == (2.0, 6.0)
    keep(recorder, [0.25], first=2)  # the clock goes on at 50
    recorder.fetch(backend)  # at 57
    recorder.end_run()  # at 99
    assert recorder.history.losses == [0.5, 0.25]
    assert (recorder.history.step_seconds, recorder.history.seconds) == (9.0, 99.0)


def test_a_pause_outside_of_steps_starts_no_clock(recorder, backend):
    keep(recorder, [0.5])
    with recorder.paused(backend, SGD()):
        pass
    assert (recorder.history.step_seconds, recorder.history.seconds) == (0.0, 0.0)
    recorder.fetch(backend)
    assert recorder.history.step_seconds == 0.0


def test_a_pause_finds_a_loss_that_is_not_finite(recorder, backend):
    keep(recorder, [0.5, math.nan])
    with pytest.raises(NonFiniteLossError, match="iteration 2"), recorder.paused(backend, SGD()):
        pass


def test_what_another_recorder_owed_is_owed(recorder, backend):
    keep(recorder, [0.5, 0.25])
    recorder.fetch(backend)
    recorder.note_early(2)
    other = Recorder(History(), steps_per_epoch=2)
    other.restore(recorder.history, recorder.owed, recorder.last_is_early)
    assert other.owes(2)
    other.note(2, train_accuracy=0.5, test_accuracy=0.5)
    assert [record.train_accuracy for record in other.history] == [0.5]
