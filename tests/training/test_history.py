"""History: losses, records and times of all runs of a trainer."""

import dataclasses
import json

import pytest

from xpnet.training import History, Record

RECORD = Record(iteration=3, epoch=1, loss=0.5, train_accuracy=0.75, test_accuracy=None)


def test_a_new_history_is_empty():
    history = History()
    assert (history.records, history.losses, history.final) == ([], [], None)
    assert (history.seconds, history.steps_per_second, history.interrupted) == (0, 0, False)


def test_two_histories_share_no_lists():
    first, second = History(), History()
    first.losses.append(1.0)
    first.records.append(RECORD)
    assert (second.losses, second.records) == ([], [])


def test_final_is_the_last_record():
    last = dataclasses.replace(RECORD, iteration=6)
    assert History(records=[RECORD, last]).final is last


def test_steps_per_second_leaves_evaluation_out():
    history = History(losses=[1.0] * 30, seconds=100.0, step_seconds=2.0)
    assert history.steps_per_second == 15


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECORD.loss = 0.0


def test_dicts_go_to_json_and_back():
    dicts = History(records=[RECORD]).as_dicts()
    assert json.loads(json.dumps(dicts)) == [dataclasses.asdict(RECORD)]


def test_what_a_trainer_records_goes_to_json(new_trainer, toy):
    history = new_trainer(test=toy).run(epochs=2)
    dicts = json.loads(json.dumps(history.as_dicts()))
    assert [Record(**entry) for entry in dicts] == history.records
    assert all(type(loss) is float for loss in history.losses)


def test_history_grows_over_runs(new_trainer):
    trainer = new_trainer()
    first = trainer.run(epochs=1)
    losses, seconds, step_seconds = list(first.losses), first.seconds, first.step_seconds
    second = trainer.run(epochs=1)
    assert second is first is trainer.history
    assert second.losses[:3] == losses
    assert len(second.losses) == 6
    assert second.seconds > seconds > 0
    assert second.step_seconds > step_seconds > 0


def test_steps_take_part_of_the_whole_time(new_trainer, toy):
    history = new_trainer(test=toy).run(epochs=3)
    assert 0 < history.step_seconds < history.seconds
    assert history.steps_per_second == pytest.approx(9 / history.step_seconds)


def test_a_trainer_goes_on_with_a_history_that_is_put_in_place(new_trainer):
    trainer = new_trainer()
    old = trainer.run(epochs=1)
    trainer.history = History()
    new = trainer.run(epochs=1)
    assert new is trainer.history is not old
    assert (len(old.losses), len(new.losses)) == (3, 3)
    assert [record.iteration for record in new.records] == [6]
