"""The schedules: PyTorch's rates, and rates that a reader can work out."""

import pytest

from xpnet.errors import OptionError
from xpnet.optimizers.schedules import (
    constant,
    cosine,
    joined,
    step_decay,
    warmup,
)

STEPS = 50


def pytorchs(make):
    """The rates of 50 steps of a scheduler of PyTorch."""
    torch = pytest.importorskip("torch", reason="the rates are held against PyTorch's")
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler, rates = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(STEPS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def rates(schedule, steps=STEPS):
    return [schedule(step) for step in range(1, steps + 1)]


@pytest.mark.parametrize("end", [0.0, 0.02])
def test_cosine_is_pytorchs(end):
    theirs = pytorchs(lambda lr, optimizer: lr.CosineAnnealingLR(optimizer, STEPS, eta_min=end))
    assert rates(cosine(0.1, STEPS, end)) == pytest.approx(theirs, rel=1e-12, abs=1e-15)


def test_step_decay_is_pytorchs():
    theirs = pytorchs(lambda lr, optimizer: lr.StepLR(optimizer, 7, gamma=0.5))
    assert rates(step_decay(0.1, every=7, factor=0.5)) == pytest.approx(theirs, rel=1e-12)


def test_warmup_is_pytorchs():
    theirs = pytorchs(
        lambda lr, optimizer: lr.LinearLR(optimizer, start_factor=1 / 8, total_iters=7)
    )
    assert rates(warmup(0.1, steps=8)) == pytest.approx(theirs, rel=1e-12)


def test_joined_is_pytorchs():
    theirs = pytorchs(
        lambda lr, optimizer: lr.SequentialLR(
            optimizer,
            [lr.ConstantLR(optimizer, 1.0), lr.CosineAnnealingLR(optimizer, 20)],
            milestones=[10],
        )
    )
    found = rates(joined([0.1, cosine(0.1, steps=20)], at=[10]), 30)
    assert found == pytest.approx(theirs[:30], rel=1e-12, abs=1e-15)


def test_the_first_and_the_last_step_of_each():
    assert rates(constant(0.5), 3) == [0.5] * 3
    assert rates(warmup(0.5, steps=1), 3) == [0.5] * 3
    assert rates(cosine(0.5, steps=1, end=0.25), 3) == [0.5, 0.25, 0.25]
    assert rates(step_decay(1.0, every=1), 3) == pytest.approx([1, 0.1, 0.01])
    assert rates(joined([1.0, 2.0, 3.0], at=[1, 3]), 5) == [1, 2, 2, 3, 3]


def test_a_warmup_scales_the_steps_that_a_schedule_begins_with():
    schedule = step_decay(1.0, every=2, factor=0.5)
    assert rates(warmup(schedule, steps=4), 6) == [0.25, 0.5, 0.375, 0.5, 0.25, 0.25]


def test_functions_of_ones_own_may_be_parts():
    found = joined([lambda step: step / 10, warmup(lambda step: 1 / step, steps=2)], at=[2])
    assert rates(found, 5) == [0.1, 0.2, 0.5, 0.5, 1 / 3]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: constant(0), "lr: expected a number above 0, got 0"),
        (lambda: step_decay(0.1, every=0), "every: expected a whole number from 1 on, got 0"),
        (lambda: step_decay(0.1, 2, factor=-1), "factor: expected a number above 0, got -1"),
        (lambda: cosine(0.1, steps=1.5), "steps: expected a whole number from 1 on, got 1.5"),
        (lambda: cosine(0.1, 5, end=-1), "end: expected a number from 0 on, got -1"),
        (lambda: warmup("0.1", 5), "lr: expected a number above 0, got '0.1'"),
        (lambda: warmup(0.1, True), "steps: expected a whole number from 1 on, got True"),
        (lambda: joined([], at=[]), "schedules: expected a list of numbers and schedules, got []"),
        (lambda: joined(0.1, at=[]), "schedules: expected a list"),
        (lambda: joined([0.1, 0.2], at=[]), "at: expected a list of 1 steps, one between each two"),
        (lambda: joined([0.1, 0.2], at=5), "at: expected a list of 1 steps"),
        (lambda: joined([0.1, 0.2], at=[0]), "at[0]: expected a whole number from 1 on, got 0"),
        (lambda: joined([0.1] * 3, at=[5, 5]), "at: expected steps that rise, got [5, 5]"),
        (lambda: joined([0.1, -1], at=[5]), "schedules[1]: expected a number above 0, got -1"),
    ],
)
def test_what_makes_no_schedule_is_refused(make, words):
    with pytest.raises(OptionError) as raised:
        make()
    assert str(raised.value).startswith(words)
