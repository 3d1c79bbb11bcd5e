"""Rows that are held back are drawn by the seed, never trained on, and evaluated at each record."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import (
    CheckpointError,
    DataError,
    LabelError,
    NonFiniteLossError,
    OptionError,
    ShapeError,
)
from xpnet.training import Callback, Trainer
from xpnet.training.data import fingerprint
from xpnet.training.validation import Split, held_rows, split_set


def rows_of(x):
    return {tuple(row) for row in xpnet.to_numpy(x).tolist()}


@pytest.mark.parametrize(("share", "rows", "held"), [(0.1, 60, 6), (0.25, 10, 2), (0.99, 2, 1)])
def test_a_share_is_of_all_rows(share, rows, held):
    if held == 1:
        with pytest.raises(OptionError, match="got 2 of 2 rows to validate"):
            held_rows(share, rows)
    else:
        assert held_rows(share, rows) == held


@pytest.mark.parametrize("share", [0, 1, -0.1, 2, float("nan"), float("inf")])
def test_no_share_is_refused(new_trainer, share):
    with pytest.raises(OptionError, match=r"validation=.*a share of the rows above 0 and below 1"):
        new_trainer(validation=share)


def test_a_share_that_leaves_no_rows_is_refused(new_trainer):
    with pytest.raises(OptionError, match="got 0 of 60 rows to validate"):
        new_trainer(validation=0.001)
    with pytest.raises(OptionError, match="at most the 15 rows of the training set"):
        new_trainer(validation=0.75)  # of batches of 20


@pytest.mark.parametrize("validation", ["0.1", True, [0.1]])
def test_what_is_neither_a_share_nor_a_set_is_refused(new_trainer, validation):
    with pytest.raises(DataError, match=r"validation: expected a pair \(x, t\)"):
        new_trainer(validation=validation)


def test_a_set_is_checked_as_any_other(new_trainer, toy):
    with pytest.raises(ShapeError, match=r"validation: x is \(60, 2\), t is \(59,\)"):
        new_trainer(validation=(toy[0], toy[1][:59]))
    with pytest.raises(LabelError, match="validation: labels run from"):
        new_trainer(validation=(toy[0], toy[1] + 1))
    with pytest.raises(ShapeError, match=r"train: x is \(60, 2\), t is \(59,\)"):
        new_trainer(train=(toy[0], toy[1][:59]), validation=0.1)


@pytest.mark.parametrize("kind", ["here", "host", "lists"])
def test_each_row_is_in_one_of_the_two_parts_with_its_label(new_trainer, toy, backend, kind):
    given = {
        "here": toy,
        "host": tuple(map(xpnet.to_numpy, toy)),
        "lists": tuple(xpnet.to_numpy(array).tolist() for array in toy),
    }[kind]
    trainer = new_trainer(train=given, validation=0.2)
    assert trainer.train[0].shape == (48, 2)
    assert trainer.validation[0].shape == (12, 2)
    both = rows_of(trainer.train[0]) | rows_of(trainer.validation[0])
    assert both == rows_of(toy[0])
    for rows, labels in (trainer.train, trainer.validation):
        assert {xpnet.backend_of(rows), xpnet.backend_of(labels)} == {backend}
        assert bool((labels == (rows[:, 0] > rows[:, 1])).all())


def test_rows_that_are_held_back_are_never_drawn(new_trainer, seen, toy):
    for replacement in (False, True):
        trainer = new_trainer(validation=0.2, replacement=replacement, capture=False)
        batches = seen(trainer)  # by their numbers in `train`: another row would be no key
        trainer.run(epochs=3)
        assert max(map(max, batches)) < 48


def test_the_seed_decides_the_rows_and_batches_are_drawn_behind_them(new_trainer, toy):
    first, second = (new_trainer(validation=0.2, seed=3) for _ in range(2))
    assert rows_of(first.validation[0]) == rows_of(second.validation[0])
    assert first.run(epochs=2).losses == second.run(epochs=2).losses
    assert rows_of(new_trainer(validation=0.2, seed=4).validation[0]) != rows_of(
        first.validation[0]
    )
    rng = np.random.default_rng(3)
    held = np.sort(rng.permutation(60)[:12])
    np.testing.assert_array_equal(xpnet.to_numpy(first.validation[0]), xpnet.to_numpy(toy[0])[held])
    rest = np.setdiff1d(np.arange(60), held)
    alone = new_trainer(train=(toy[0][xpnet.asarray(rest)], toy[1][xpnet.asarray(rest)]), seed=rng)
    assert alone.run(epochs=2).losses == first.history.losses


def test_a_set_of_its_own_does_not_change_the_run(new_trainer, toy):
    plain, validated = new_trainer(test=toy), new_trainer(test=toy, validation=toy)
    plain.run(epochs=2)
    validated.run(epochs=2)
    assert plain.history.losses == validated.history.losses
    for before, after in zip(plain.history, validated.history, strict=True):
        assert (before.train_accuracy, before.test_accuracy) == (
            after.train_accuracy,
            after.test_accuracy,
        )
        assert before.validation_loss is before.validation_accuracy is None
        assert after.validation_accuracy == after.test_accuracy


def test_each_record_has_loss_and_accuracy_of_the_set(new_trainer, toy):
    class Look(Callback):
        def on_record(self, trainer, record):
            x, t = trainer.validation
            loss = float(trainer.net.last_layer.apply(trainer.net.predict(x, scale=0.5), t))
            assert record.validation_loss == pytest.approx(loss, rel=1e-6)
            assert record.validation_accuracy == trainer.net.accuracy(x, t, scale=0.5)
            assert record.train_accuracy is record.test_accuracy is None

    history = new_trainer(validation=0.2, scale=0.5, callbacks=[Look()]).run(iterations=5)
    assert len(history) == 2
    assert all(type(record.validation_loss) is float for record in history)


def test_a_missing_value_in_the_set_ends_the_run_by_name(new_trainer, toy):
    x = toy[0].copy()
    x[7, 0] = float("nan")
    trainer = new_trainer(validation=(x, toy[1]))
    with pytest.raises(NonFiniteLossError, match="the validation loss is nan after iteration 3"):
        trainer.run(epochs=2)
    assert trainer.history.final.validation_loss is None
    assert len(trainer.history.losses) == 3


@pytest.mark.parametrize("way", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_a_copy_goes_on_as_the_trainer_does(new_trainer, way):
    trainer = new_trainer(validation=0.2)
    trainer.run(epochs=1)
    made = way(trainer)
    for each in (trainer, made):
        each.run(epochs=2)
    assert made.history.records == trainer.history.records


class CutOff(Callback):
    def __init__(self, iteration):
        self.iteration = iteration

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            raise KeyboardInterrupt


@pytest.mark.parametrize("cut", [1, 3, 4])
@pytest.mark.parametrize("given", [None, 0.2])
def test_a_run_that_was_cut_off_holds_back_the_same_rows(new_trainer, toy, tmp_path, cut, given):
    whole = new_trainer(validation=0.2, seed=5)
    whole.run(epochs=3)
    part = new_trainer(validation=0.2, seed=5, callbacks=[CutOff(cut)])
    part.run(epochs=3)
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, validation=given, progress=False)
    resumed.run()
    assert resumed.history.losses == whole.history.losses
    assert resumed.history.records == whole.history.records
    assert resumed.split.share == 0.2
    resumed.save(tmp_path / "again")
    again = Trainer.resume(tmp_path / "again", toy, progress=False)
    np.testing.assert_array_equal(again.split.held, whole.split.held)


def test_a_run_with_a_set_is_resumed_with_it(new_trainer, toy, tmp_path):
    whole = new_trainer(validation=toy)
    whole.run(epochs=3)
    part = new_trainer(validation=toy)
    part.run(epochs=1)
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, validation=toy, progress=False)
    resumed.run(epochs=2)
    assert resumed.history.records == whole.history.records
    cases = [
        (None, "expected a validation set, as the run had it, got none"),
        ((toy[0] + 1, toy[1]), "validation: expected x to have crc32"),
        (0.2, "got validation=0.2: the run held back no rows"),
    ]
    for validation, words in cases:
        with pytest.raises(CheckpointError, match=words):
            Trainer.resume(tmp_path, toy, validation=validation)


def test_other_rows_to_hold_back_are_refused(new_trainer, toy, tmp_path):
    trainer = new_trainer(validation=0.2)
    trainer.save(tmp_path)
    for validation, came in ((0.3, "0.3"), (toy, "a set")):
        with pytest.raises(CheckpointError, match=f"validation=0.2, as the run had it, got {came}"):
            Trainer.resume(tmp_path, toy, validation=validation)
    x, t = toy
    with pytest.raises(CheckpointError, match="train: expected x to have shape"):
        Trainer.resume(tmp_path, (x[:30], t[:30]))


def test_the_fingerprint_is_of_the_set_that_was_given(new_trainer, toy):
    trainer = new_trainer(validation=0.2)
    assert trainer._fingerprints == {"train": fingerprint(toy), "test": None, "validation": None}


def test_the_parts_make_the_set_again():
    x, t = np.arange(24).reshape(12, 2), np.arange(12)
    split, train, validation = split_set((x, t), 0.25, np.random.default_rng(0), "numpy")
    assert len(split.held) == 3
    for made, given in zip(split.joined(train, validation), (x, t), strict=True):
        np.testing.assert_array_equal(made, given)
        assert made.dtype == given.dtype


def test_a_split_shares_no_memory_with_the_set(new_trainer, toy):
    before = xpnet.to_numpy(toy[0]).copy()
    trainer = new_trainer(validation=0.2)
    trainer.train[0][...] = 0
    np.testing.assert_array_equal(xpnet.to_numpy(toy[0]), before)


def test_every_row_may_be_held_back():
    found = {row for seed in range(40) for row in Split(10, 0.2, np.random.default_rng(seed)).held}
    assert found == set(range(10))
