"""Copies of a trainer go on as it would have gone on, and share nothing that either writes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import Adam
from xpnet.training import Callback


def pickled(trainer):
    return pickle.loads(pickle.dumps(trainer))


WAYS = [pickled, copy.deepcopy, copy.copy]


def weights(trainer):
    return xpnet.to_numpy(trainer.net.params.flat).copy()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("progress", [None, True, False])
@pytest.mark.parametrize("iterations", [0, 3, 4])
def test_a_copy_goes_on_as_the_trainer_does(new_trainer, toy, way, progress, iterations):
    options = {"optimizer": Adam(), "test": toy, "progress": progress}
    trainer = new_trainer(**options)
    if iterations:
        trainer.run(iterations=iterations)
    made = way(trainer)
    trainer.run(iterations=5)
    assert made.iteration == len(made.history.losses) == iterations
    made.run(iterations=5)
    assert made.history.losses == trainer.history.losses
    assert made.history.records == trainer.history.records
    np.testing.assert_array_equal(weights(made), weights(trainer))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hook", ["on_step", "on_record"])
def test_a_copy_made_in_a_run_goes_on_from_there(new_trainer, toy, way, hook, capsys):
    copies = []

    def take(self, trainer, what):
        if trainer.iteration == 3:
            keep, trainer.callbacks = trainer.callbacks, trainer.callbacks[1:]
            copies.append(way(trainer))
            trainer.callbacks = keep

    trainer = new_trainer(
        test=toy, progress=True, callbacks=[type("Take", (Callback,), {hook: take})()]
    )
    trainer.run(epochs=2)
    (made,) = copies
    made.run(epochs=1)
    assert made.history.losses == trainer.history.losses
    assert made.history.records == trainer.history.records
    np.testing.assert_array_equal(weights(made), weights(trainer))


@pytest.mark.parametrize("way", WAYS)
def test_an_interrupted_trainer_goes_on_in_its_copy(new_trainer, toy, way):
    class At(Callback):
        def on_step(self, trainer, loss):
            if trainer.iteration == 5:
                raise KeyboardInterrupt

    trainer = new_trainer(test=toy, callbacks=[At()])
    trainer.run(epochs=2)
    trainer.callbacks = []
    made = way(trainer)
    assert made.run(iterations=1).records == new_trainer(test=toy).run(epochs=2).records
