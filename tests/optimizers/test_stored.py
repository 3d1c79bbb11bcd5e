"""An optimizer is made again from what a file says, and goes on with its state to the bit."""

import json

import numpy as np
import pytest

import xpnet
from xpnet.checkpoints import Document, TensorFile
from xpnet.errors import CheckpointError
from xpnet.optimizers import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    UpdateRule,
    schedules,
    stored,
)
from xpnet.parameters import Parameters

OPTIMIZERS = [
    SGD(lr=0.25),
    SGD(lr=0.25, weight_decay=0.5, decay_biases=True),
    SGD(lr=schedules.warmup(schedules.cosine(0.25, steps=5), steps=4)),
    Momentum(lr=0.25, momentum=0.5),
    Nesterov(lr=0.25, momentum=0.5, weight_decay=0.5),
    AdaGrad(lr=schedules.joined([0.25, schedules.step_decay(0.5, 2)], at=[2]), eps=1e-3),
    RMSProp(lr=0.25, decay=0.5, eps=1e-3),
    Adam(lr=0.25, beta1=0.5, beta2=0.75, eps=1e-3),
    AdamW(lr=0.25, beta1=0.5, beta2=0.75, eps=1e-3, weight_decay=0.5),
]


def sign(xp, param, grad, lr):
    return (lr * xp.sign(grad),)


class Signs(Optimizer):
    rule = UpdateRule("signs", sign, kernel="param -= lr * ((grad > 0) - (grad < 0))")


def saved(optimizer, arrays=None):
    document = Document(json.loads(json.dumps(stored.described(optimizer))), "run")
    return TensorFile(arrays or {}, document)


def steps(optimizer, params, count, seed=0):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        grads = params.zeros_like()
        for array in grads.values():
            array[...] = xpnet.asarray(rng.normal(size=array.shape), "float32")
        optimizer.update(params, grads)


def new_params():
    return Parameters(
        {"W": xpnet.asarray(np.ones((2, 3)), "float32"), "b": xpnet.asarray(np.ones(3))}
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_the_same_class_with_the_same_options_is_made_again(optimizer):
    made = stored.made(saved(optimizer).document)
    assert type(made) is type(optimizer)
    assert made.options() == optimizer.options()
    stored.check_optimizer(made, saved(optimizer).document)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
def test_it_goes_on_to_the_bit(backend, optimizer):
    whole, params = stored.made(saved(optimizer).document), new_params()
    steps(whole, params, 3)
    file, there = saved(whole, stored.state_arrays(whole)), new_params()
    there.flat = params.flat
    made = stored.made(file.document)
    made.take_state(whole.steps, stored.state_in(file, file.document, made, there))
    for each, own in ((whole, params), (made, there)):
        steps(each, own, 3, seed=1)
    assert xpnet.to_numpy(there.flat).tobytes() == xpnet.to_numpy(params.flat).tobytes()
    assert made.steps == whole.steps == 6


def test_a_learning_rate_that_was_changed_is_kept():
    optimizer = SGD(lr=0.5)
    optimizer.lr = 0.125
    assert stored.made(saved(optimizer).document).lr == 0.125


def test_state_that_stayed_on_another_backend_is_saved(backend):
    optimizer, params = Momentum(), new_params()
    steps(optimizer, params, 1)
    params.to("numpy")
    arrays = stored.state_arrays(optimizer)
    assert {name: type(array) for name, array in arrays.items()} == {
        "optimizer.v.W": np.ndarray,
        "optimizer.v.b": np.ndarray,
    }


def test_what_is_no_optimizer_of_the_library_cannot_be_known():
    class Mine:
        def update(self, params, grads): ...

    with pytest.raises(CheckpointError, match=r"that inherits from xpnet\.optimizers\.Optimizer"):
        stored.described(Mine())


def test_a_class_of_ones_own_must_be_given():
    document = saved(Signs(lr=0.5)).document
    with pytest.raises(
        CheckpointError, match=rf"got one of the class {__name__}\.Signs: make it, and give it"
    ):
        stored.made(document)
    stored.check_optimizer(Signs(lr=0.5), document)


def test_a_class_of_ones_own_is_not_taken_for_the_librarys_of_its_name():
    made = type("Adam", (Adam,), {"__module__": "mine"})
    with pytest.raises(CheckpointError, match=r"got one of the class mine\.Adam: make it"):
        stored.made(saved(made()).document)


@pytest.mark.parametrize(
    ("optimizer", "words"),
    [
        (SGD(lr=0.25), r"expected Adam, got SGD\(lr=0\.25\)"),
        (Adam(lr=0.5), "expected lr=0.25, as the run had it, got lr=0.5"),
        (Adam(lr=0.25, beta1=0.5), "expected beta1=0.9, as the run had it, got beta1=0.5"),
        (object(), "inherits from"),
        (
            Adam(lr=schedules.cosine(0.25, steps=9)),
            r"expected lr=0\.25, as the run had it, got lr=cosine\(lr=0\.25, steps=9, end=0\.0\)",
        ),
        (Adam(lr=0.25, weight_decay=1), r"weight_decay=0\.0, as the run had it, got .*decay=1\.0"),
    ],
)
def test_another_optimizer_is_refused_by_name(optimizer, words):
    with pytest.raises(CheckpointError, match=words):
        stored.check_optimizer(optimizer, saved(Adam(lr=0.25)).document)


def test_another_schedule_is_refused():
    optimizer = SGD(lr=schedules.cosine(0.25, steps=9))
    with pytest.raises(
        CheckpointError, match=r"expected lr=cosine\(.*steps=9.*got lr=cosine\(.*=8"
    ):
        stored.check_optimizer(SGD(lr=schedules.cosine(0.25, steps=8)), saved(optimizer).document)


def test_options_that_an_older_file_does_not_name_are_the_defaults():
    document = saved(SGD(lr=0.25)).document
    del document.values["options"]["weight_decay"], document.values["options"]["decay_biases"]
    stored.check_optimizer(SGD(lr=0.25), document)
    with pytest.raises(CheckpointError, match=r"expected weight_decay=0\.0, as the run had it"):
        stored.check_optimizer(SGD(lr=0.25, weight_decay=0.5), document)


@pytest.mark.parametrize("hold", [lambda f: f, lambda f: schedules.warmup(f, steps=3)])
def test_a_function_of_ones_own_cannot_be_saved(hold):
    def halved(step):
        return 0.5**step

    with pytest.raises(CheckpointError, match=r"got the function halved, which cannot be saved"):
        stored.described(SGD(lr=hold(halved)))


@pytest.mark.parametrize(
    "change",
    [
        {"class": "Optimizer"},
        {"class": "UpdateRule"},
        {"class": 3},
        {"options": {"lr": -1}},
        {"options": {"lr": 0.1, "rate": 2}},
        {"options": {"lr": [0.1]}},
        {"options": {"lr": {"schedule": "sine", "lr": 0.1}}},
        {"options": {"lr": {"schedule": ["cosine"], "lr": 0.1}}},
        {"options": {"lr": {"schedule": "constant", "lr": -0.1}}},
        {"options": {"lr": {"schedule": "constant"}}},
        {"options": {"lr": {}}},
        {"options": []},
    ],
)
def test_what_makes_no_optimizer_is_refused(change):
    document = saved(Adam()).document
    document.values.update(change)
    with pytest.raises(CheckpointError, match=r"^run: "):
        stored.made(document)


def filled():
    optimizer, params = Adam(), new_params()
    steps(optimizer, params, 1)
    return saved(optimizer, stored.state_arrays(optimizer)), params


def lost(file):
    del file.arrays["optimizer.v.b"]


def longer(file):
    file.arrays["optimizer.v.b"] = np.ones(4)


def with_nan(file):
    file.arrays["optimizer.m.W"] = np.full((2, 3), np.nan)


def other(file):
    file.document.values["state"] = ["h"]


def in_part(file):
    file.document.values["state"] = ["m"]


@pytest.mark.parametrize("damage", [lost, longer, with_nan, other, in_part])
def test_state_that_is_not_whole_is_refused(damage):
    file, params = filled()
    damage(file)
    with pytest.raises(CheckpointError, match="expected"):
        stored.state_in(file, file.document, Adam(), params)
