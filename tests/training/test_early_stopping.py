"""A run ends when its records no longer improve, with its best network, and can go on."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError, NonFiniteLossError, OptionError
from xpnet.optimizers import Adam
from xpnet.training import Callback, Checkpoint, EarlyStopping, Record, Trainer


class CutOff(Callback):
    """Ends a run after a step, as Ctrl-C does, or by an error."""

    def __init__(self, iteration, error=KeyboardInterrupt):
        self.iteration, self.error = iteration, error

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            raise self.error


class Weights(Callback):
    """Copies the parameters at each record."""

    def __init__(self):
        self.at = {}

    def on_record(self, trainer, record):
        self.at[record.iteration] = weights(trainer)


def weights(trainer):
    return xpnet.to_numpy(trainer.net.params.flat).copy()


class FakeRun:
    """As much of a trainer as the callback asks for, with the values that it is to see."""

    test = validation = ()

    def __init__(self, net):
        self.net, self.iteration, self.stopped_at = net, 0, None
        self.history = type("History", (), {"final": None})()

    def stop(self):
        self.stopped_at = self.iteration

    def records(self, stopping, values):
        stopping.on_start(self, 100)
        for value in values:
            self.iteration += 1
            if stopping.monitor == "loss":
                record = Record(self.iteration, 1, value, None, None)
            else:
                record = Record(self.iteration, 1, 0.0, None, None, **{stopping.monitor: value})
            stopping.on_record(self, record)
            if self.stopped_at:
                break
        return self.stopped_at


@pytest.mark.parametrize(
    ("monitor", "values", "options", "stops", "best"),
    [
        ("validation_loss", [3, 2, 1, 1, 1], {"patience": 2}, 5, 3),
        ("validation_loss", [3, 2, 2.5, 1.5, 2, 2], {"patience": 2}, 6, 4),
        ("validation_loss", [3, 2, 1, 0.5], {"patience": 1}, None, 4),
        ("validation_loss", [1, 2, 0.5], {"patience": 1}, 2, 1),
        ("validation_loss", [3, 2.9, 2.8, 2.7], {"patience": 2, "min_delta": 0.25}, 3, 1),
        ("validation_loss", [3, 2.9, 2.7, 2.6], {"patience": 2, "min_delta": 0.25}, None, 3),
        ("validation_loss", [3, 2.75], {"patience": 1, "min_delta": 0.25}, 2, 1),
        ("validation_accuracy", [0.1, 0.5, 0.4, 0.3], {"patience": 2}, 4, 2),
        ("validation_accuracy", [0.1, 0.5, 0.6], {"patience": 1, "min_delta": 0.2}, 3, 2),
        ("loss", [2, 3, 1], {"patience": 1}, 2, 1),
        ("loss", [float("nan"), 3, 1], {"patience": 3}, None, 3),
    ],
)
def test_so_many_records_without_an_improvement_end_a_run(
    new_net, monitor, values, options, stops, best
):
    stopping = EarlyStopping(monitor=monitor, **options)
    assert FakeRun(new_net()).records(stopping, values) == stops
    assert (stopping.stopped, stopping.best_iteration) == (stops is not None, best)
    assert stopping.best_value == values[best - 1]


@pytest.mark.parametrize("monitor", ["train_accuracy", "test_accuracy"])
def test_accuracies_of_both_sets_may_be_monitored(new_trainer, toy, monitor):
    stopping = EarlyStopping(2, monitor=monitor)
    history = new_trainer(test=toy, callbacks=[stopping]).run(epochs=50)
    values = [getattr(record, monitor) for record in history]
    assert stopping.stopped
    assert stopping.best_value == max(values)
    assert len(values) == values.index(max(values)) + 3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"patience": 0}, "patience: expected a whole number from 1 on"),
        ({"patience": 1.5}, "patience: expected a whole number"),
        ({"monitor": "val_loss"}, "monitor='val_loss': expected one of 'validation_loss', "),
        ({"min_delta": -0.1}, "min_delta=-0.1: expected a number from 0 on"),
        ({"min_delta": float("nan")}, "min_delta=nan: expected a number from 0 on"),
        ({"restore_best": "yes"}, "restore_best='yes': expected True or False"),
    ],
)
def test_options_that_cannot_be_are_refused(options, words):
    with pytest.raises(OptionError, match=words):
        EarlyStopping(**options)


@pytest.mark.parametrize(
    ("monitor", "words"),
    [
        ("validation_loss", r"needs a validation set, .* none: write Trainer\(..., validation=0.1"),
        ("validation_accuracy", "needs a validation set"),
        ("test_accuracy", r"needs a test set, .* none: write Trainer\(..., test=\(x, t\)\)"),
        ("train_accuracy", "needs a test set"),
    ],
)
def test_what_will_not_be_there_is_refused_before_the_work(new_trainer, monitor, words):
    trainer = new_trainer(callbacks=[EarlyStopping(monitor=monitor)])
    with pytest.raises(OptionError, match=words):
        trainer.run(epochs=1)
    assert trainer.iteration == 0


def stopped_run(new_trainer, *callbacks, patience=2, **options):
    """A run that gets worse soon: its learning rate is too large for it."""
    stopping, kept = EarlyStopping(patience), Weights()
    trainer = new_trainer(
        **{"optimizer": Adam(lr=0.3), "validation": 0.3, "callbacks": [kept, stopping, *callbacks]}
        | options
    )
    return trainer, stopping, kept


def test_the_network_of_the_best_record_is_put_back(new_trainer):
    trainer, stopping, kept = stopped_run(new_trainer)
    history = trainer.run(epochs=100)
    losses = [record.validation_loss for record in history]
    best = losses.index(min(losses))
    assert stopping.stopped
    assert len(losses) == best + 3 < 100
    assert stopping.best_iteration == history.records[best].iteration < trainer.iteration
    np.testing.assert_array_equal(weights(trainer), kept.at[stopping.best_iteration])
    found = trainer.net.evaluate(*trainer.validation)
    assert found.loss == stopping.best_value == min(losses)


def test_the_last_network_stays_if_that_is_wanted(new_trainer):
    trainer, _, kept = stopped_run(new_trainer)
    stopping = EarlyStopping(2, restore_best=False)
    trainer.callbacks = [kept, stopping]
    trainer.run(epochs=100)
    assert stopping.stopped
    np.testing.assert_array_equal(weights(trainer), kept.at[trainer.iteration])


@pytest.mark.parametrize("error", [KeyboardInterrupt, OptionError])
def test_however_a_run_ends_its_best_network_is_put_back(new_trainer, error):
    trainer, stopping, kept = stopped_run(new_trainer, CutOff(17, error), patience=50)
    if error is KeyboardInterrupt:
        assert trainer.run(epochs=100).interrupted
    else:
        with pytest.raises(error):
            trainer.run(epochs=100)
    assert not stopping.stopped
    assert stopping.best_iteration < 17 == trainer.iteration
    np.testing.assert_array_equal(weights(trainer), kept.at[stopping.best_iteration])


def test_a_run_that_diverges_leaves_its_best_network(new_trainer):
    class Explode(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 10:
                trainer.net.params.flat *= float("inf")

    trainer, stopping, kept = stopped_run(new_trainer, Explode(), patience=50)
    with np.errstate(all="ignore"), pytest.raises(NonFiniteLossError):
        trainer.run(epochs=100)
    np.testing.assert_array_equal(weights(trainer), kept.at[stopping.best_iteration])


def test_a_run_without_a_record_leaves_its_network_as_it_is(new_trainer):
    trainer, stopping, _ = stopped_run(new_trainer, CutOff(1))
    plain, _, _ = stopped_run(new_trainer, CutOff(1))
    plain.callbacks = plain.callbacks[2:]
    for each in (trainer, plain):
        each.run(epochs=1)
    assert stopping.best_iteration is None
    np.testing.assert_array_equal(weights(trainer), weights(plain))


def same(made, wanted):
    assert made.history.losses == wanted.history.losses
    assert made.history.records == wanted.history.records
    assert made.iteration == wanted.iteration
    np.testing.assert_array_equal(weights(made), weights(wanted))


def counted(stopping):
    return stopping.best_value, stopping.best_iteration, stopping.waited, stopping.stopped


def test_a_further_run_goes_on_from_the_last_parameters(new_trainer):
    whole, wanted, _ = stopped_run(new_trainer, patience=50)
    whole.run(iterations=23)
    part, stopping, _ = stopped_run(new_trainer, CutOff(17), patience=50)
    part.run(iterations=23)
    assert stopping.best_iteration < 17
    part.run()
    same(part, whole)
    assert counted(stopping) == counted(wanted)


def test_a_network_that_was_changed_after_the_run_is_gone_on_with(new_trainer):
    trainer, stopping, _ = stopped_run(new_trainer, patience=50)
    trainer.run(iterations=17)
    assert stopping.best_iteration < 17
    trainer.net.params["W1"][...] = 0.5
    changed, seen = weights(trainer), []

    class Look(Callback):
        def on_start(self, trainer, goal):
            seen.append(weights(trainer))

    trainer.callbacks.append(Look())
    trainer.run(iterations=1)
    np.testing.assert_array_equal(seen[0], changed)


def test_after_a_run_that_was_stopped_there_is_patience_anew(new_net):
    stopping, run = EarlyStopping(2), FakeRun(new_net())
    assert run.records(stopping, [1, 2, 2]) == 3
    run.stopped_at = None
    assert run.records(stopping, [1.5]) is None
    assert counted(stopping) == (1, 1, 1, False)
    assert run.records(stopping, [1]) == 5


def test_another_trainer_begins_anew(new_trainer):
    stopping = EarlyStopping(2)
    options = {"validation": 0.3, "optimizer": Adam(lr=0.3), "callbacks": [stopping]}
    first = new_trainer(**options)
    first.run(epochs=100)
    found = counted(stopping)
    second = new_trainer(**options | {"optimizer": Adam(lr=0.3)})
    second.run(epochs=100)
    assert counted(stopping) == found
    same(second, first)


@pytest.mark.parametrize("order", [("stop", "save"), ("save", "stop")])
@pytest.mark.parametrize("cut", [None, 4, 9, 10, 14, 17])
def test_a_run_that_was_cut_off_counts_on(new_trainer, toy, tmp_path, order, cut):
    """Without a cut it is as if the process had been killed between two checkpoints."""

    def make(stopping, folder, *more):
        callbacks = {"stop": stopping, "save": Checkpoint(folder, keep=99)}
        return [*more, *(callbacks[name] for name in order)]

    def begin(stopping, folder, *more):
        return new_trainer(
            optimizer=Adam(lr=0.3), validation=0.3, callbacks=make(stopping, folder, *more)
        )

    wanted = EarlyStopping(4)
    whole = begin(wanted, tmp_path / "whole")
    whole.run(epochs=60)
    assert wanted.stopped
    places = sorted((tmp_path / "whole").iterdir())
    if cut is not None:
        part = begin(EarlyStopping(4), tmp_path / "part", CutOff(cut))
        assert part.run(epochs=60).interrupted
        places = [tmp_path / "part"]
    for place in places[:-1] if cut is None else places:
        stopping = EarlyStopping(4)
        callbacks = [stopping]
        resumed = Trainer.resume(place, toy, callbacks=callbacks, progress=False)
        resumed.run()
        same(resumed, whole)
        assert counted(stopping) == counted(wanted)


def test_a_run_that_is_saved_by_hand_has_the_best_network_in_the_file(new_trainer, toy, tmp_path):
    whole, wanted, _ = stopped_run(new_trainer, patience=50)
    whole.run(iterations=27)
    part, stopping, kept = stopped_run(new_trainer, patience=50)
    part.run(iterations=17)
    path = part.save(tmp_path)
    assert stopping.best_iteration < 17
    saved = xpnet.to_numpy(xpnet.load(path).params.flat)
    np.testing.assert_array_equal(saved, kept.at[stopping.best_iteration])
    made = EarlyStopping(50)
    resumed = Trainer.resume(path, toy, callbacks=[made], progress=False)
    resumed.run(iterations=10)
    assert resumed.history.losses == whole.history.losses
    assert made.best_value == wanted.best_value


def test_a_run_is_resumed_without_having_had_it(new_trainer, toy, tmp_path):
    trainer = new_trainer(optimizer=Adam(lr=0.3), validation=0.3)
    trainer.run(epochs=2)
    trainer.save(tmp_path)
    stopping = EarlyStopping(2)
    resumed = Trainer.resume(tmp_path, toy, callbacks=[stopping], progress=False)
    resumed.run(epochs=50)
    values = [record.validation_loss for record in resumed.history.records[1:]]
    assert stopping.best_value == min(values)
    assert stopping.stopped


def test_another_one_is_refused(new_trainer, toy, tmp_path):
    trainer, _, _ = stopped_run(new_trainer)
    trainer.run(epochs=3)
    trainer.save(tmp_path)
    for options, words in (
        ({"monitor": "loss"}, "monitor='validation_loss', as the run had it, got 'loss'"),
        ({"restore_best": False}, "restore_best=True, as the run had it, got False"),
    ):
        with pytest.raises(CheckpointError, match=words):
            Trainer.resume(tmp_path, toy, callbacks=[EarlyStopping(**options)])
    patient = EarlyStopping(9, min_delta=0.5)
    Trainer.resume(tmp_path, toy, callbacks=[patient], progress=False)
    assert patient.best_iteration is not None


@pytest.mark.parametrize(
    "change",
    [
        {"waited": -1},
        {"seen": None},
        {"best_value": "1"},
        {"best_iteration": None},
        {"stopped": 0},
        {"best.parameters": None},
    ],
)
def test_a_state_that_cannot_be_changes_nothing(new_trainer, change):
    trainer, stopping, _ = stopped_run(new_trainer)
    trainer.run(epochs=3)
    made = EarlyStopping()
    with pytest.raises(CheckpointError, match="EarlyStopping: expected"):
        made.restore(stopping.state() | change)
    assert counted(made) == counted(EarlyStopping())
    stale = EarlyStopping()
    stale.restore(stopping.state() | {"best.parameters": np.zeros(3)})
    trainer.callbacks = [stale]
    with pytest.raises(CheckpointError, match="expected copies of the network's arrays"):
        trainer.run(epochs=1)


@pytest.mark.parametrize("way", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
@pytest.mark.parametrize("iterations", [3, 17])
def test_a_copy_goes_on_as_the_trainer_does(new_trainer, way, iterations):
    trainer, stopping, _ = stopped_run(new_trainer, patience=6)
    trainer.run(iterations=iterations)
    made = way(trainer)
    trainer.run(epochs=20)
    made.run(epochs=20)
    same(made, trainer)
    assert counted(made.callbacks[1]) == counted(stopping)


def test_steps_stay_captured(backend, new_trainer):
    if backend.name != "cupy":
        pytest.skip("only CuPy captures")
    trainer, stopping, _ = stopped_run(new_trainer, patience=6, batch_size=14)
    plain, _, _ = stopped_run(new_trainer, patience=6, batch_size=14, capture=False)
    for each in (trainer, plain):
        each.run(epochs=3)
        assert stopping.best_iteration is not None
        each.run(epochs=10)
    assert trainer.captured
    assert trainer.history.losses == plain.history.losses
    assert trainer.history.records == plain.history.records
