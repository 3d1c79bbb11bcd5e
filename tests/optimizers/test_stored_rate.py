"""A learning rate is made again from what a file says of it."""

import json

import pytest

from xpnet.errors import CheckpointError, OptionError
from xpnet.optimizers.schedules import constant, cosine, joined, step_decay, warmup
from xpnet.optimizers.stored_rate import described_rate, made_rate


@pytest.mark.parametrize(
    "schedule",
    [
        constant(0.5),
        step_decay(0.5, every=3),
        cosine(0.5, steps=10, end=0.1),
        warmup(cosine(0.5, steps=10), steps=4),
        joined([0.5, warmup(0.25, steps=2), 0.125], at=[3, 7]),
    ],
    ids=repr,
)
def test_it_is_made_again_from_its_description_in_json(schedule):
    assert made_rate(json.loads(json.dumps(described_rate(schedule)))) == schedule


@pytest.mark.parametrize("hold", [lambda f: f, lambda f: joined([0.5, f], at=[2])])
def test_a_function_of_ones_own_cannot_be_described(hold):
    def halved(step):
        return 0.5**step

    with pytest.raises(CheckpointError, match=r"got the function halved, which cannot be saved"):
        described_rate(hold(halved))


def test_numbers_are_what_they_are():
    assert made_rate(described_rate(0.5)) == 0.5


@pytest.mark.parametrize("saved", [{"schedule": "sine"}, {"schedule": "made_rate"}, {"lr": 1}])
def test_what_is_no_schedule_is_refused(saved):
    with pytest.raises(OptionError, match=r"^lr: expected one of the schedules constant, cosine, "):
        made_rate(saved)
