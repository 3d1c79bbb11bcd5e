"""Schedule: equal, hashable, pickled, and what is made of functions of one's own."""

import copy
import pickle

import numpy as np
import pytest

import xpnet
from xpnet.errors import OptionError
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.optimizers.schedule import checked_rate, rate_at, rate_text
from xpnet.optimizers.schedules import constant, cosine, joined, step_decay, warmup

SCHEDULES = [
    constant(0.5),
    step_decay(0.5, every=3, factor=0.5),
    cosine(0.5, steps=10, end=0.1),
    warmup(0.5, steps=4),
    joined([0.5, warmup(cosine(0.25, steps=9), steps=2), 0.125], at=[3, 7]),
]


def halved(step):
    return 0.5**step


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_copies_and_pickles_are_equal_and_give_the_same_rates(schedule):
    for other in (copy.deepcopy(schedule), pickle.loads(pickle.dumps(schedule))):
        assert other == schedule
        assert hash(other) == hash(schedule)
        assert [other(k) for k in range(1, 15)] == [schedule(k) for k in range(1, 15)]


def test_others_are_not_equal():
    assert len({*SCHEDULES, cosine(0.5, steps=10), warmup(0.5, steps=3)}) == 7


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_its_repr_makes_it_again(schedule):
    assert eval(repr(schedule)) == schedule


def test_it_cannot_be_changed():
    with pytest.raises(AttributeError):
        SCHEDULES[0].name = "other"


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW])
@pytest.mark.parametrize("lr", [cosine(0.5, steps=5), halved], ids=["schedule", "function"])
def test_each_step_has_the_rate_of_its_number(backend, kind, lr):
    scheduled, set_by_hand = ({"W": xpnet.asarray(np.ones((2, 3)))} for _ in range(2))
    optimizer, other = kind(lr=lr), kind(lr=1)
    grads = {"W": xpnet.asarray(np.ones((2, 3)))}
    for step in range(1, 5):
        other.lr = lr(step)
        optimizer.update(scheduled, grads)
        other.update(set_by_hand, grads)
        found, wanted = xpnet.to_numpy(scheduled["W"]), xpnet.to_numpy(set_by_hand["W"])
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), "0.1", None, True, np.ones(1)])
def test_a_function_that_gives_no_rate_is_refused_and_nothing_is_written(rate):
    with pytest.raises(OptionError, match="lr: expected a number from 0 on at step 1, got"):
        SGD(lr=lambda step: rate)
    optimizer, params = SGD(lr=lambda step: 0.5 if step < 2 else rate), {"W": np.ones(2)}
    optimizer.update(params, {"W": np.ones(2)})
    with pytest.raises(OptionError, match=r"at step 2, got .* from <lambda>$"):
        optimizer.update(params, {"W": np.ones(2)})
    assert (params["W"].tolist(), optimizer.steps, optimizer.writing) == ([0.5, 0.5], 1, False)


def test_a_rate_of_0_leaves_all_as_it_is():
    params = {"W": np.ones(2)}
    SGD(lr=lambda step: 0).update(params, {"W": np.ones(2)})
    assert params["W"].tolist() == [1, 1]


def test_numbers_are_their_own_rate():
    assert (checked_rate(2), rate_at(0.5, 9)) == (2.0, 0.5)
    assert type(rate_at(lambda step: np.float32(0.5), 1)) is float


def test_the_error_names_the_option():
    with pytest.raises(OptionError, match=r"^schedules\[1\]: expected a number above 0"):
        checked_rate(0, "schedules[1]")


@pytest.mark.parametrize(
    ("lr", "text"),
    [
        (0.10, "0.1"),
        (halved, "halved"),
        (cosine(0.5, 9), "cosine(lr=0.5, steps=9, end=0.0)"),
        (joined([0.5, halved], at=[2]), "joined(schedules=[0.5, halved], at=[2])"),
    ],
)
def test_it_is_shown_by_what_makes_it(lr, text):
    assert rate_text(lr) == text
    assert repr(SGD(lr=lr)) == f"SGD(lr={text})"
