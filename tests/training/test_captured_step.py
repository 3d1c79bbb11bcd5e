"""CapturedStep: what is laid out for steps to come, and when it holds no more."""

from __future__ import annotations

import pytest

import xpnet
from xpnet.optimizers import Adam
from xpnet.training.captured_step import CapturedStep


@pytest.fixture
def trainer(capturing, new_trainer):
    """After one of the six steps of its first epoch."""
    trainer = new_trainer(optimizer=Adam(), batch_size=10)
    trainer.step()
    return trainer


@pytest.fixture
def step(trainer):
    return CapturedStep(trainer, trainer.net.dtype)


def do(trainer, step):
    trainer._updates.run_captured(step, step.replay, trainer.optimizer)


def test_an_iteration_is_prepared_once_it_is_laid_out_and_each_step_prepares_the_next(
    trainer, step
):
    assert not step.is_prepared(1)
    step.prepare(1)
    assert step.is_prepared(1)
    trainer._updates.run_captured(step, step.record, trainer.optimizer)
    for iteration in (2, 3, 4, 5):
        assert step.is_prepared(iteration)
        do(trainer, step)
    assert not step.is_prepared(6)  # of an epoch with another order


def test_a_changed_number_is_laid_out_alone_and_then_twice_as_many(trainer, step):
    step.prepare(1)
    trainer._updates.run_captured(step, step.record, trainer.optimizer)
    trainer.optimizer.lr /= 2
    assert not step.is_prepared(2)
    step.prepare(2)
    do(trainer, step)
    assert not step.is_prepared(3)  # one step was laid out
    step.prepare(3)
    do(trainer, step)
    assert step.is_prepared(4)
    do(trainer, step)
    assert not step.is_prepared(5)


def test_numbers_are_laid_out_as_far_as_a_function_has_a_rate(trainer, step):
    rates = [0.5, 0.4, 0.3, 0.2]
    trainer.optimizer.lr = lambda number: rates[number - 1]
    step.prepare(1)
    trainer._updates.run_captured(step, step.record, trainer.optimizer)
    for iteration in (2, 3):
        assert step.is_prepared(iteration)
        do(trainer, step)
    with pytest.raises(IndexError):
        step.prepare(4)


def test_a_plain_step_in_between_is_not_taken_for_a_captured_one(trainer, step):
    step.prepare(1)
    trainer._updates.run_captured(step, step.record, trainer.optimizer)
    trainer.step()
    assert not step.is_prepared(3)


def test_the_device_counts_which_iteration_is_done(trainer, step):
    step.prepare(1)
    assert not step.is_done()
    step.record()
    assert step.is_done()


def test_it_fits_while_the_trainer_has_what_it_was_made_with(trainer, step, toy):
    assert step.fits(trainer)
    trainer.scale = 0.5
    assert not step.fits(trainer)
    trainer.scale = None
    trainer.train = tuple(array.copy() for array in toy)
    assert not step.fits(trainer)


def test_it_fits_while_products_have_the_precision_that_was_recorded(trainer, step):
    xpnet.set_matmul_precision("tf32")
    try:
        assert not step.fits(trainer)
    finally:
        xpnet.set_matmul_precision("float32")
    assert step.fits(trainer)
