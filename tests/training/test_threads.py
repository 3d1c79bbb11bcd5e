"""Threads of BLAS while a trainer runs: one for a small network, or what was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from xpnet.backends import threads
from xpnet.errors import OptionError
from xpnet.networks import TwoLayerNet
from xpnet.networks.inference import largest_product
from xpnet.optimizers import SGD
from xpnet.training import Callback, Trainer


class Library:
    """Stands for a BLAS of four threads."""

    count = 4

    def get_num_threads(self):
        return self.count

    def set_num_threads(self, count):
        self.count = count


@pytest.fixture
def library(monkeypatch):
    made = Library()
    monkeypatch.setattr(threads, "_libraries", lambda: [made])
    monkeypatch.setattr(threads, "CORES", 4)
    return made


@pytest.fixture
def small(monkeypatch):
    """Networks of a test are all small; here also those that are small anyway take one thread."""
    monkeypatch.setattr("xpnet.backends.numpy_backend.FEW", 0)


class Watch(Callback):
    def __init__(self, library):
        self.library, self.seen = library, []

    def on_start(self, trainer, goal):
        self.seen.append(("start", self.library.count))

    def on_step(self, trainer, loss):
        self.seen.append(("step", self.library.count))

    def on_end(self, trainer, history):
        self.seen.append(("end", self.library.count))


def test_the_steps_of_a_small_network_take_one_thread(new_trainer, backend, library, small):
    watch = Watch(library)
    new_trainer(callbacks=[watch]).run(iterations=2)
    found = 1 if backend.name == "numpy" else 4
    assert watch.seen == [("start", 4), ("step", found), ("step", found), ("end", 4)]
    assert library.count == 4


def test_the_threads_that_were_asked_for_are_taken_all_the_way(
    new_trainer, toy, backend, library, small, monkeypatch
):
    watch = Watch(library)
    trainer = new_trainer(callbacks=[watch], test=toy, threads=3)
    evaluated, accuracy = [], trainer.net.accuracy

    def watched(*data, scale):
        evaluated.append(library.count)
        return accuracy(*data, scale=scale)

    monkeypatch.setattr(trainer.net, "accuracy", watched)
    trainer.run(iterations=1)
    found = 3 if backend.name == "numpy" else 4
    assert watch.seen == [("start", found), ("step", found), ("end", found)]
    assert evaluated == [found, found]
    assert library.count == 4


@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt])
@pytest.mark.parametrize("asked", [None, 2])
def test_behind_an_error_they_are_as_before(new_trainer, library, small, error, asked):
    class Fails(Callback):
        def on_step(self, trainer, loss):
            raise error

    trainer = new_trainer(callbacks=[Fails()], threads=asked)
    if error is LookupError:
        with pytest.raises(LookupError):
            trainer.run(epochs=1)
    else:
        trainer.run(epochs=1)
    assert library.count == 4


@pytest.mark.parametrize("asked", [0, -1, 1.5, "2", True, [2]])
def test_what_is_no_number_of_threads_is_refused(new_trainer, asked):
    with pytest.raises(OptionError, match=r"threads: expected a whole number from 1 on"):
        new_trainer(threads=asked)


@pytest.mark.parametrize(("batch", "found"), [(20, 1), (21, 4)])
def test_the_rule_is_about_the_largest_product(library, monkeypatch, batch, found):
    monkeypatch.setattr("xpnet.backends.numpy_backend.FEW", 0)
    monkeypatch.setattr("xpnet.backends.numpy_backend.SMALL", 2 * 20 * 30 * 8)
    net = TwoLayerNet(30, 8, 2, seed=0)
    assert largest_product(net, 20) == 2 * 20 * 30 * 8
    watch = Watch(library)
    data = np.ones((50, 30), "float32"), np.zeros(50, int)
    options = {"batch_size": batch, "callbacks": [watch], "progress": False}
    Trainer(net, SGD(), data, **options).run(iterations=1)
    assert ("step", found) in watch.seen


def test_threads_do_not_change_what_is_learnt(new_trainer, toy):
    found = new_trainer(test=toy, threads=1).run(epochs=3).losses
    np.testing.assert_allclose(found, new_trainer(test=toy, threads=2).run(epochs=3).losses, 1e-4)


@pytest.mark.parametrize(("asked", "found"), [(None, 1), (3, 3)])
def test_a_step_by_hand_takes_the_threads_of_a_run(
    new_trainer, backend, library, small, monkeypatch, asked, found
):
    trainer, seen = new_trainer(threads=asked), []
    backprop = trainer.net.backprop

    def watched(x, t):
        seen.append(library.count)
        return backprop(x, t)

    monkeypatch.setattr(trainer.net, "backprop", watched)
    trainer.step()
    assert seen == [found if backend.name == "numpy" else 4]
    assert library.count == 4
