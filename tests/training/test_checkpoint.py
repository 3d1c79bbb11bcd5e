"""The callback saves each epoch, or each so many steps, and whatever Ctrl-C leaves."""

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError, OptionError
from xpnet.optimizers import SGD, Momentum
from xpnet.training import Callback, Checkpoint, Trainer


class Raise(Callback):
    """Raises an error after a step."""

    def __init__(self, iteration, error=KeyboardInterrupt):
        self.iteration, self.error = iteration, error

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            raise self.error


class Saves(Callback):
    """Lists the checkpoints that there are after each step and record."""

    def __init__(self):
        self.made = []

    def on_step(self, trainer, loss):
        if trainer.checkpoint and trainer.checkpoint.name not in self.made:
            self.made.append(trainer.checkpoint.name)

    def on_record(self, trainer, record):
        self.on_step(trainer, None)

    @property
    def iterations(self):
        return [int(name[10:19]) for name in self.made]


def iterations(folder):
    return sorted(int(path.name[10:19]) for path in folder.iterdir())


@pytest.mark.parametrize(
    ("every", "made"),
    [
        (None, [3, 6, 8]),  # an epoch is three steps
        (1, [1, 2, 3, 4, 5, 6, 7, 8]),
        (2, [2, 4, 6, 8]),
        (3, [3, 6, 8]),
        (5, [5, 8]),
        (100, [8]),
    ],
)
def test_each_epoch_or_so_many_steps_and_the_end_are_saved(new_trainer, tmp_path, every, made):
    saves = Saves()
    trainer = new_trainer(callbacks=[Checkpoint(tmp_path, every=every, keep=99), saves])
    trainer.run(iterations=8)
    assert saves.iterations == iterations(tmp_path) == made


def test_so_many_stay(new_trainer, tmp_path):
    new_trainer(callbacks=[Checkpoint(tmp_path, every=1)]).run(iterations=8)
    assert iterations(tmp_path) == [7, 8]


def test_an_epoch_is_saved_with_its_accuracies(new_trainer, toy, tmp_path):
    trainer = new_trainer(test=toy, callbacks=[Checkpoint(tmp_path, every=3)])
    trainer.run(epochs=1)
    saved = Trainer.resume(tmp_path, toy, toy).history
    assert saved.records == trainer.history.records
    assert saved.final.test_accuracy is not None


def test_an_interrupted_run_is_saved_where_it_is_and_goes_on(new_trainer, toy, tmp_path):
    whole = new_trainer(test=toy)
    whole.run(epochs=3)
    part = new_trainer(test=toy, callbacks=[Raise(4), Checkpoint(tmp_path, keep=9)])
    part.run(epochs=3)
    assert iterations(tmp_path) == [3, 4]
    resumed = Trainer.resume(tmp_path, toy, toy, callbacks=[Checkpoint(tmp_path)], progress=False)
    resumed.run()
    assert iterations(tmp_path) == [6, 9]
    assert resumed.history.losses == whole.history.losses
    assert resumed.history.records == whole.history.records


def test_a_run_that_an_error_ended_is_as_of_its_last_checkpoint(new_trainer, toy, tmp_path):
    trainer = new_trainer(callbacks=[Raise(5, OptionError), Checkpoint(tmp_path)])
    with pytest.raises(OptionError):
        trainer.run(epochs=3)
    assert iterations(tmp_path) == [3]


def test_an_interruption_within_an_update_saves_nothing_that_is_half_done(
    new_trainer, tmp_path, monkeypatch
):
    # a plain step: within a replay nothing can strike
    options = {"callbacks": [Checkpoint(tmp_path, every=1)], "capture": False}
    trainer = new_trainer(optimizer=Momentum(lr=0.1), **options)
    update = trainer.net.backend.update

    def half(rule, param, *rest):
        if trainer.iteration == 2:
            param += 1
            raise KeyboardInterrupt
        update(rule, param, *rest)

    monkeypatch.setattr(trainer.net.backend, "update", half)
    with pytest.raises(KeyboardInterrupt):
        trainer.run(iterations=5)
    assert iterations(tmp_path) == [1, 2]


def test_a_second_run_goes_on_in_the_folder(new_trainer, tmp_path):
    trainer = new_trainer(callbacks=[Checkpoint(tmp_path)])
    trainer.run(iterations=3)
    trainer.run(iterations=3)
    assert iterations(tmp_path) == [3, 6]


def test_a_folder_of_another_run_is_refused_before_the_work(new_trainer, tmp_path):
    new_trainer(callbacks=[Checkpoint(tmp_path)]).run(iterations=3)
    other = new_trainer(callbacks=[Checkpoint(tmp_path)])
    with pytest.raises(CheckpointError, match="holds a run that has come to iteration 3"):
        other.run(iterations=3)
    assert other.iteration == 0


def test_an_optimizer_that_cannot_be_kept_is_refused_before_the_work(new_trainer, tmp_path):
    class Plain:
        def update(self, params, grads): ...

    trainer = new_trainer(optimizer=Plain(), callbacks=[Checkpoint(tmp_path / "run")])
    with pytest.raises(CheckpointError, match="that inherits from"):
        trainer.run(iterations=3)
    assert trainer.iteration == 0
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_made_is_refused_before_the_work(new_trainer, tmp_path):
    (tmp_path / "file").touch()
    trainer = new_trainer(callbacks=[Checkpoint(tmp_path / "file" / "run")])
    with pytest.raises(CheckpointError, match=r"the folder .* cannot be written: Not a directory"):
        trainer.run(iterations=3)
    assert trainer.iteration == 0


def test_a_folder_that_vanishes_is_made_again(new_trainer, tmp_path):
    class Vanish(Callback):
        def on_step(self, trainer, loss):
            for path in [*tmp_path.glob("run/*")]:
                path.unlink()
            if (tmp_path / "run").exists():
                (tmp_path / "run").rmdir()

    callbacks = [Vanish(), Checkpoint(tmp_path / "run", every=1)]
    new_trainer(callbacks=callbacks).run(iterations=5)
    assert iterations(tmp_path / "run") == [5]


def test_an_interrupted_run_is_saved_again_where_its_checkpoint_has_vanished(new_trainer, tmp_path):
    class Vanish(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 4:
                trainer.checkpoint.unlink()
                raise KeyboardInterrupt

    callbacks = [Checkpoint(tmp_path, every=4), Vanish()]
    new_trainer(callbacks=callbacks).run(iterations=8)
    assert iterations(tmp_path) == [4]


@pytest.mark.parametrize("options", [{"every": 0}, {"every": 1.5}, {"keep": 0}, {"keep": None}])
def test_numbers_are_whole_and_above_zero(tmp_path, options):
    with pytest.raises(OptionError, match="expected a whole number from 1 on"):
        Checkpoint(tmp_path, **options)


def test_a_checkpoint_waits_for_the_device_as_little_as_it_can(device_counts, tmp_path):
    with xpnet.use_backend("cupy"):
        x = xpnet.asarray(np.random.default_rng(0).normal(size=(60, 2)), "float32")
        t = xpnet.asarray(np.zeros(60, int))
        net = xpnet.networks.TwoLayerNet(2, 8, 2, seed=0)
        trainer = Trainer(net, SGD(lr=0.1), (x, t), batch_size=20, progress=False)
        trainer.save(tmp_path)  # the data are summed up once
        trainer.step()
        with device_counts() as counts:
            trainer.save(tmp_path)
    assert counts.to_host == 1
