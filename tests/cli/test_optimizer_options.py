import pytest

from xpnet.cli.optimizer_options import build_optimizer, scheduled
from xpnet.errors import OptionError
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp, schedules

NAMES = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": AdamW,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_its_optimizer_with_the_rate_given(name):
    made = build_optimizer(name, 0.25)
    assert type(made) is NAMES[name]
    assert made.lr == 0.25
    assert build_optimizer(name, 0.25) is not made


def test_the_rate_defaults_to_the_chapters_for_sgd_and_to_the_optimizers_own():
    assert build_optimizer("sgd", None).lr == 0.1
    for name in NAMES.keys() - {"sgd"}:
        assert build_optimizer(name, None).lr == NAMES[name]().lr


def test_a_rate_that_is_none_is_refused():
    for lr in (0.0, -1.0, float("nan")):
        with pytest.raises(OptionError, match="expected a number above 0"):
            build_optimizer("sgd", lr)


@pytest.mark.parametrize("name", sorted(NAMES.keys() - {"adagrad", "rmsprop"}))
def test_weight_decay_is_the_optimizers(name):
    assert build_optimizer(name, 0.1, 0.25).weight_decay == 0.25
    assert build_optimizer(name, 0.1).weight_decay == NAMES[name]().weight_decay


@pytest.mark.parametrize("name", ["adagrad", "rmsprop"])
def test_weight_decay_without_a_rule_for_it_is_refused(name):
    with pytest.raises(OptionError) as caught:
        build_optimizer(name, 0.1, 0.25)
    assert str(caught.value) == (
        "--weight-decay 0.25: expected one of the optimizers sgd, momentum, nesterov, adam, adamw "
        f"with it, got {name}, which has none"
    )


def rates(schedule, warmup=None, steps=9):
    lr = scheduled(0.5, schedule, warmup, steps)
    return [round(lr(step), 6) for step in range(1, steps + 1)]


def test_a_schedule_is_for_the_steps_of_the_run():
    assert scheduled(0.5, "constant", None, 9) == 0.5
    assert rates("step") == [0.5] * 3 + [0.05] * 3 + [0.005] * 3
    assert rates("step", steps=8) == [0.5] * 3 + [0.05] * 3 + [0.005] * 2
    assert scheduled(0.5, "cosine", None, 9) == schedules.cosine(0.5, steps=9)


def test_a_warmup_stands_before_any_schedule():
    assert rates("constant", warmup=4) == [0.125, 0.25, 0.375] + [0.5] * 6
    assert rates("step", warmup=2) == [0.25, 0.5, 0.5] + [0.05] * 3 + [0.005] * 3
    cosine = schedules.cosine(0.5, steps=9)
    assert scheduled(0.5, "cosine", 2, 9) == schedules.warmup(cosine, steps=2)


@pytest.mark.parametrize("warmup", [0, -1, 10])
def test_a_warmup_that_does_not_fit_the_run_is_refused(warmup):
    with pytest.raises(OptionError) as caught:
        scheduled(0.5, "cosine", warmup, 9)
    assert str(caught.value) == (
        f"--warmup: expected a whole number from 1 to the 9 steps of the run, got {warmup}"
    )
