"""Recorder: losses come over together, once, and records are made where they are due."""

from __future__ import annotations

import math

import numpy as np
import pytest

import xpnet
from xpnet.errors import NonFiniteLossError
from xpnet.optimizers import SGD
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
    record = recorder.note(2, 0.5, 0.25)
    assert not recorder.owes(2)
    assert (record.iteration, record.epoch, record.loss) == (2, 1, 2)
    assert (record.train_accuracy, record.test_accuracy) == (0.5, 0.25)
    assert recorder.history.records == [record]


def test_a_record_that_was_noted_early_is_replaced_by_the_one_that_is_due(backend, recorder):
    keep(recorder, [3.0, 2.0])
    recorder.fetch(backend)
    recorder.note_early(2)
    recorder.note_early(2)
    assert [record.train_accuracy for record in recorder.history.records] == [None]
    assert recorder.owes(2)
    recorder.note(2, 0.5, 0.25)
    assert [record.train_accuracy for record in recorder.history.records] == [0.5]


def test_the_seconds_of_steps_end_when_their_losses_are_here(backend, recorder):
    recorder.start_clock()
    keep(recorder, [3.0])
    recorder.fetch(backend)
    seconds = recorder.history.step_seconds
    assert seconds > 0
    recorder.fetch(backend)
    assert recorder.history.step_seconds == seconds
