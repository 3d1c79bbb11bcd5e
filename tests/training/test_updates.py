"""Updates: one that is cut off while it writes is reported, and nothing goes on after it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.failing import failing
from xpnet.errors import PartialUpdateError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, AdaGrad, Adam, Momentum, RMSProp
from xpnet.training.updates import Updates

OPTIMIZERS = [SGD, Momentum, AdaGrad, RMSProp, Adam]


def half(params):
    params["b2"] -= 1


def nothing(params):
    pass


@pytest.mark.parametrize("error", [LookupError, MemoryError, KeyboardInterrupt])
@pytest.mark.parametrize("call", ["step", "run"])
def test_an_update_in_part_is_told_and_nothing_goes_on(new_trainer, error, call):
    trainer = new_trainer(optimizer=failing(Momentum, error, before=half))
    trainer.run(iterations=2)
    wanted = KeyboardInterrupt if error is KeyboardInterrupt else PartialUpdateError
    with pytest.raises(wanted, match="update of iteration 3 was cut off while it wrote") as caught:
        trainer.step() if call == "step" else trainer.run(iterations=1)
    assert isinstance(caught.value.__cause__, error)
    assert trainer.history.interrupted == (call == "run" and error is KeyboardInterrupt)
    assert trainer.iteration == len(trainer.history.losses) == 2
    for again in (trainer.step, lambda: trainer.run(epochs=1)):
        with pytest.raises(PartialUpdateError, match="make network, optimizer and trainer anew"):
            again()
    assert trainer.iteration == 2


def test_another_exit_in_the_midst_of_an_update_stays_an_exit(new_trainer):
    trainer = new_trainer(optimizer=failing(SGD, SystemExit, before=half))
    with pytest.raises(SystemExit):
        trainer.run(epochs=1)
    with pytest.raises(PartialUpdateError):
        trainer.run(epochs=1)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_primitive_that_is_cut_off_is_an_update_in_part(new_trainer, monkeypatch, kind):
    trainer = new_trainer(optimizer=kind())
    trainer.step()

    def cut_off(rule, param, *rest):
        param[:1] += 1
        raise LookupError

    monkeypatch.setattr(trainer.net.backend, "update", cut_off)
    with pytest.raises(PartialUpdateError, match="iteration 2"):
        trainer.step()


class Foreign:
    """Somebody else's optimizer, which counts no steps."""

    def __init__(self, act):
        self.act = act

    def update(self, params, grads):
        self.act(params)


def test_another_optimizer_that_wrote_nothing_goes_on(new_trainer):
    def act(params):
        if fail:
            raise LookupError

    fail, trainer = True, new_trainer(optimizer=Foreign(act))
    with pytest.raises(LookupError):
        trainer.step()
    fail = False
    trainer.step()
    assert trainer.iteration == 1


def test_another_optimizer_that_wrote_and_raised_is_told(new_trainer):
    def act(params):
        half(params)
        raise LookupError

    with pytest.raises(PartialUpdateError):
        new_trainer(optimizer=Foreign(act)).step()


@pytest.mark.parametrize("write", [half, nothing])
def test_what_another_optimizer_counted_before_it_wrote_is_not_taken_for_done(new_trainer, write):
    class Counting(Foreign):
        steps = 0

        def update(self, params, grads):
            self.steps += 1
            super().update(params, grads)

    def act(params):
        write(params)
        raise LookupError

    trainer = new_trainer(optimizer=Counting(act))
    for _ in range(2):  # told, and told again
        with pytest.raises(PartialUpdateError):
            trainer.step()
    assert trainer.iteration == 0


def test_parameters_that_are_nan_are_not_taken_for_written(new_trainer, new_net):
    net = new_net()
    net.params["W1"][0, 0] = float("nan")
    with pytest.raises(LookupError):
        new_trainer(net=net, optimizer=failing_at_once()).step()


def failing_at_once():
    def act(params):
        raise LookupError

    return Foreign(act)


@pytest.fixture
def net():
    made = TwoLayerNet(2, 3, 2, seed=0)
    made.backprop(np.ones((4, 2), "float32"), np.zeros(4, int))
    return made


def test_updates_are_counted(net):
    updates, optimizer = Updates(), SGD()
    for number in (1, 2):
        updates.run(net, optimizer)
        assert (updates.done, updates.are_whole()) == (number, True)


@pytest.mark.parametrize(("when", "done"), [("before", 2), ("behind", 3)])
def test_an_update_that_raised_is_counted_if_it_was_done(net, when, done):
    updates, optimizer = Updates(), failing(Adam, LookupError, **{when: nothing})
    for _ in range(2):
        updates.run(net, optimizer)
    with pytest.raises(LookupError):
        updates.run(net, optimizer)
    assert updates.are_whole()
    updates.check()
    assert updates.done == done


def test_an_update_that_is_half_done_is_refused_from_then_on(net):
    updates, optimizer = Updates(), failing(SGD, LookupError, before=half)
    for _ in range(2):
        updates.run(net, optimizer)
    with pytest.raises(LookupError):
        updates.run(net, optimizer)
    for _ in range(2):
        assert not updates.are_whole()
        with pytest.raises(PartialUpdateError, match="update of iteration 3 was cut off"):
            updates.check()
    assert updates.done == 2
