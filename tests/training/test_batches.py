"""Batches: which rows a step sees, and how steps add up to epochs."""

import json
from collections import Counter
from itertools import chain

import numpy as np
import pytest

import xpnet
from xpnet.checkpoints import Document
from xpnet.errors import OptionError
from xpnet.training import Callback
from xpnet.training.batches import Batches


def together(batches):
    return list(chain.from_iterable(batches))


def test_an_epoch_sees_each_row_once(new_trainer, seen):
    trainer = new_trainer(batch_size=20)
    batches = seen(trainer)
    trainer.run(epochs=3)
    for epoch in range(3):
        rows = together(batches[3 * epoch : 3 * epoch + 3])
        assert sorted(rows) == list(range(60))


def test_each_epoch_has_an_order_of_its_own(new_trainer, seen):
    trainer = new_trainer(batch_size=60)
    batches = seen(trainer)
    trainer.run(epochs=3)
    assert len({tuple(rows) for rows in batches}) == 3
    assert tuple(range(60)) not in map(tuple, batches)


def test_rows_keep_their_labels(new_trainer, toy, monkeypatch):
    trainer, pairs = new_trainer(batch_size=25), []
    backprop = trainer.net.backprop

    def watched(x, t):
        pairs.extend(zip(xpnet.to_numpy(x).tolist(), xpnet.to_numpy(t).tolist(), strict=True))
        return backprop(x, t)

    monkeypatch.setattr(trainer.net, "backprop", watched)
    trainer.run(epochs=1)
    assert len(pairs) == 60
    assert all((row[0] > row[1]) == label for row, label in pairs)


@pytest.mark.parametrize(
    ("batch_size", "sizes"), [(60, [60]), (59, [59, 1]), (25, [25, 25, 10]), (20, [20] * 3)]
)
def test_the_last_batch_of_an_epoch_may_be_smaller(new_trainer, seen, batch_size, sizes):
    trainer = new_trainer(batch_size=batch_size)
    batches = seen(trainer)
    trainer.run(epochs=2)
    assert [len(rows) for rows in batches] == sizes * 2
    assert trainer.steps_per_epoch == len(sizes)


def test_with_replacement_batches_are_drawn_from_all_rows(new_trainer, seen):
    trainer = new_trainer(batch_size=25, replacement=True)
    batches = seen(trainer)
    trainer.run(epochs=10)
    assert [len(rows) for rows in batches] == [25] * 30
    counts = Counter(together(batches))
    assert sorted(counts) == list(range(60))
    assert sorted(together(batches[:3])[:60]) != list(range(60))


def test_batches_of_one_row_will_do(new_trainer, seen):
    trainer = new_trainer(batch_size=1)
    batches = seen(trainer)
    trainer.run(epochs=1)
    assert sorted(together(batches)) == list(range(60))


def test_a_run_that_goes_on_in_mid_epoch_ends_it_first(new_trainer, seen):
    parts, whole = new_trainer(batch_size=25), new_trainer(batch_size=25)
    seen_in_parts, seen_whole = seen(parts), seen(whole)
    for iterations in (1, 1, 2, 3, 1, 1):
        parts.run(iterations=iterations)
    whole.run(iterations=9)
    assert seen_in_parts == seen_whole
    assert parts.history.losses == whole.history.losses


@pytest.mark.parametrize(
    ("runs", "iterations"),
    [
        ([{"epochs": 2}], [3, 6]),
        ([{"iterations": 3}], [3]),
        ([{"iterations": 4}], [3, 4]),
        ([{"iterations": 1}, {"iterations": 1}], [1, 2]),
        ([{"iterations": 2}, {"iterations": 2}], [2, 3, 4]),
        ([{"iterations": 1}, {"epochs": 1}], [1, 3]),
        ([{"iterations": 4}, {"epochs": 2}], [3, 4, 6, 9]),
        ([{"epochs": 1}, {"epochs": 1}], [3, 6]),
    ],
)
def test_records_are_at_the_ends_of_epochs_and_runs(new_trainer, runs, iterations):
    trainer = new_trainer(batch_size=20)
    for options in runs:
        trainer.run(**options)
    records = trainer.history.records
    assert [record.iteration for record in records] == iterations
    assert [record.epoch for record in records] == [-(-n // 3) for n in iterations]
    assert trainer.iteration == len(trainer.history.losses) == iterations[-1]
    assert [record.loss for record in records] == [
        trainer.history.losses[n - 1] for n in iterations
    ]


def test_a_batch_larger_than_the_set_is_refused(new_trainer):
    with pytest.raises(
        OptionError, match="batch_size=61: expected at most the 60 rows of the training set"
    ):
        new_trainer(batch_size=61)


@pytest.mark.parametrize("batch_size", [0, -5, 2.5, "20", True, None])
def test_a_bad_batch_size_is_refused(new_trainer, batch_size):
    with pytest.raises(OptionError, match=r"batch_size: .*whole number from 1 on"):
        new_trainer(batch_size=batch_size)


def test_a_batch_size_of_numpy_is_a_whole_number(new_trainer):
    assert new_trainer(batch_size=np.int64(20)).run(iterations=np.int32(3)).final.iteration == 3


@pytest.mark.parametrize("seed", [-1, "today", 0.5])
def test_a_bad_seed_is_refused(new_trainer, seed):
    with pytest.raises(OptionError, match="seed: expected None"):
        new_trainer(seed=seed)


def test_one_generator_orders_two_trainers_differently(new_trainer):
    rng = np.random.default_rng(0)
    first, second = new_trainer(seed=rng), new_trainer(seed=rng)
    assert first.run(epochs=1).losses != second.run(epochs=1).losses
    assert first.history.losses == new_trainer(seed=0).run(epochs=1).losses


def test_an_interrupted_epoch_goes_on_where_it_was(new_trainer, seen):
    class Once(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 2:
                raise KeyboardInterrupt

    trainer = new_trainer(callbacks=[Once()])
    batches = seen(trainer)
    trainer.run(epochs=1)
    trainer.run(epochs=1)
    assert sorted(together(batches)) == list(range(60))


@pytest.mark.parametrize("done", range(7))
def test_a_state_that_was_saved_goes_on_with_the_same_rows(backend, done):
    batches = Batches(20, 7, 0, replacement=False)  # three batches an epoch
    for k in range(done):
        batches.at(k, backend.name)
    state = json.loads(json.dumps(batches.state()))
    rows = [batches.at(k, backend.name).tolist() for k in range(done, 9)]
    for seed in (0, 1):
        other = Batches(20, 7, seed, replacement=False)
        other.restore(Document(state, "run"), backend.name)
        assert [other.at(k, backend.name).tolist() for k in range(done, 9)] == rows


def test_a_generator_that_others_drew_from_goes_on_where_they_left_it():
    rng = np.random.default_rng(0)
    batches = Batches(20, 20, rng, replacement=False)
    batches.at(0, "numpy")
    rng.normal(size=5)
    state = json.loads(json.dumps(batches.state()))
    other = Batches(20, 20, 1, replacement=False)
    other.restore(Document(state, "run"), "numpy")
    for k in range(2):
        assert other.at(k, "numpy").tolist() == batches.at(k, "numpy").tolist()
