"""Captured steps give what plain ones give, whatever happens between them."""

from __future__ import annotations

import copy
import gc
import warnings
import weakref

import numpy as np
import pytest

import xpnet
from xpnet.errors import CaptureError, NonFiniteLossError, OptionError, OutOfMemoryError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network
from xpnet.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSProp
from xpnet.training import Callback, Trainer

OPTIMIZERS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]
REGULARISED = [{"batch_norm": True}, {"dropout": 0.3}, {"batch_norm": True, "dropout": 0.3}]
"""Options of networks whose layers have buffers."""


@pytest.fixture(autouse=True)
def _capturing(capturing):
    """Each backend captures here."""


@pytest.fixture
def both(new_trainer):
    """``both(do, **options)``: a plain and a captured trainer to which the same was done."""

    def make(do, kind=SGD, **options):
        trainers = [
            new_trainer(optimizer=kind(lr=0.05), capture=capture, **options)
            for capture in (False, True)
        ]
        for trainer in trainers:
            do(trainer)
        return trainers

    return make


def same(found, expected) -> None:
    found, expected = xpnet.to_numpy(found), xpnet.to_numpy(expected)
    np.testing.assert_array_equal(found, expected, strict=True)


def assert_same(plain: Trainer, captured: Trainer) -> None:
    for name, buffer in plain.net.buffers.items():
        same(captured.net.buffers[name], buffer)
    assert captured.history.losses == plain.history.losses
    assert captured.iteration == plain.iteration
    assert captured.optimizer.steps == plain.optimizer.steps
    for name, param in plain.net.params.items():
        same(captured.net.params[name], param)
    for slot, arrays in plain.optimizer.state.items():
        for name, array in arrays.items():
            same(captured.optimizer.state[slot][name], array)


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("batch_size", [20, 17, 60, 1])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_captured_and_plain_steps_give_the_same_bits(both, kind, batch_size, replacement):
    plain, captured = both(
        lambda trainer: trainer.run(epochs=3),
        kind,
        batch_size=batch_size,
        replacement=replacement,
    )
    assert_same(plain, captured)
    assert (plain.captured, captured.captured) == (False, True)


@pytest.mark.parametrize(
    ("kind", "hidden", "dtype"),
    [
        (SGD, 1, "float32"),
        (Momentum, 2, "float64"),
        (AdaGrad, 3, "float32"),
        (RMSProp, 4, "float64"),
        (Adam, 2, "float32"),
        (Adam, 1, "float64"),
    ],
)
def test_a_thousand_steps_of_a_deep_network_end_at_the_same_bits(toy, backend, kind, hidden, dtype):
    plain, captured = (
        Trainer(
            MultiLayerNet(2, [6] * hidden, 2, seed=3, dtype=dtype),
            kind(),
            toy,
            batch_size=16,
            progress=False,
            capture=capture,
        )
        for capture in (False, None)
    )
    for trainer in (plain, captured):
        trainer.run(iterations=1000)
    assert captured.captured
    assert_same(plain, captured)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layers", REGULARISED, ids=str)
def test_layers_with_buffers_are_captured(backend, both, layers, dtype):
    def do(trainer):
        trainer.net = MultiLayerNet(2, [6, 5], 2, seed=3, dtype=dtype, **layers)
        trainer.run(iterations=4)
        trainer.step()
        trainer.run(epochs=3)

    plain, captured = both(do, batch_size=16)
    assert_same(plain, captured)
    assert captured.captured
    assert plain.net.buffers


def test_pixels_of_one_byte_and_rows_of_labels_are_captured(backend, both):
    rng = np.random.default_rng(0)
    x = xpnet.asarray(rng.integers(0, 256, (50, 2)), "uint8")
    t = xpnet.asarray(np.eye(2)[rng.integers(0, 2, 50)], "float32")
    assert_same(*both(lambda trainer: trainer.run(epochs=2), train=(x, t), scale=1 / 255))


def test_by_default_a_run_captures_its_second_step(new_trainer):
    trainer = new_trainer()
    trainer.run(iterations=1)
    assert not trainer.captured
    trainer.run(iterations=1)
    assert trainer.captured


def test_runs_and_single_steps_take_turns(both):
    def do(trainer):
        for steps in (1, 2, 5):
            trainer.run(iterations=steps)
            trainer.step()
            trainer.step()

    assert_same(*both(do, Adam, batch_size=17))


class Follow(Callback):
    """Keeps what each step gave, and does something behind it."""

    def __init__(self, act=lambda trainer: None):
        self.losses, self.act = [], act

    def on_step(self, trainer, loss):
        self.losses.append(loss)
        self.act(trainer)


def test_callbacks_get_the_loss_of_each_step_to_keep(both):
    plain, captured = both(lambda trainer: None)
    for trainer in (plain, captured):
        follow = Follow()
        trainer.callbacks.append(follow)
        trainer.run(epochs=3)
        assert [float(loss) for loss in follow.losses] == trainer.history.losses
    assert_same(plain, captured)


@pytest.mark.parametrize("every", [1, 2, 5])
@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_changed_learning_rate_holds_from_the_next_step_on(both, kind, every):
    def act(trainer):
        if trainer.iteration % every == 0:
            trainer.optimizer.lr *= 0.8

    def do(trainer):
        trainer.callbacks.append(Follow(act))
        trainer.run(epochs=4)
        trainer.optimizer.lr = 0.3
        trainer.run(epochs=1)

    assert_same(*both(do, kind, batch_size=10))


def test_changed_constants_of_a_rule_hold_too(both):
    def act(trainer):
        if trainer.iteration == 4:
            trainer.optimizer.momentum = 0.2

    def do(trainer):
        trainer.callbacks.append(Follow(act))
        trainer.run(epochs=4)

    assert_same(*both(do, Momentum))


def test_weights_that_are_written_between_steps_are_seen(both):
    def act(trainer):
        if trainer.iteration % 4 == 0:
            trainer.net.params["W1"] *= 0.5

    def do(trainer):
        trainer.callbacks.append(Follow(act))
        trainer.run(epochs=4)

    assert_same(*both(do, Adam))


def test_a_network_that_went_elsewhere_and_came_back_is_captured_anew(both, elsewhere):
    def do(trainer):
        trainer.run(epochs=2)
        here = trainer.net.backend.name
        trainer.net.to(elsewhere)
        trainer.net.to(here)
        trainer.run(epochs=2)

    plain, captured = both(do, Adam)
    assert captured.captured
    assert_same(plain, captured)


def test_another_optimizer_is_captured_anew(both):
    def do(trainer):
        trainer.run(epochs=2)
        trainer.optimizer = Momentum(lr=0.1)
        trainer.run(epochs=2)

    assert_same(*both(do, Adam))


def test_a_copy_trains_on_memory_of_its_own(both):
    plain, captured = both(lambda trainer: trainer.run(iterations=5), Adam)
    twins = copy.deepcopy(plain), copy.deepcopy(captured)
    captured.run(iterations=7)  # must not reach into its copy
    plain.run(iterations=7)
    for twin in twins:
        twin.run(iterations=7)
    assert twins[1].captured
    assert_same(*twins)
    assert_same(plain, captured)


@pytest.mark.parametrize("kind", [SGD, Adam])
def test_a_resumed_run_goes_on_to_the_same_bits(both, toy, tmp_path, kind):
    whole, _ = both(lambda trainer: trainer.run(iterations=11), kind)
    _, part = both(lambda trainer: trainer.run(iterations=5), kind)
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, progress=False, capture=True)
    resumed.run(iterations=6)
    assert resumed.captured
    assert_same(whole, resumed)


def test_a_loss_that_is_not_finite_is_told_with_its_iteration(both):
    def act(trainer):
        if trainer.iteration == 4:
            trainer.net.params["b2"][...] = np.inf

    def do(trainer):
        trainer.callbacks.append(Follow(act))
        with pytest.raises(NonFiniteLossError) as told:
            trainer.run(epochs=4)
        assert told.value.iteration == 5

    both(do)


def test_network_and_trainer_die_without_the_garbage_collector(new_trainer):
    trainer = new_trainer(capture=True)
    trainer.run(epochs=1)
    alive = weakref.ref(trainer)
    gc.disable()
    try:
        del trainer
        assert alive() is None
    finally:
        gc.enable()


# --- what is not captured ----------------------------------------------------------------


class Scaled(Layer):
    """Code of one's own, which says nothing of captures."""

    def forward(self, x):
        return 2 * x

    def backward(self, dout):
        return 2 * dout


class Captured(Scaled):
    capturable = True


def own_net(layer):
    layers = [Affine(np.eye(2, dtype="float32"), np.zeros(2, "float32")), layer]
    net = Network(layers, SoftmaxWithLoss())
    return net.to(xpnet.get_backend().name)


def test_a_layer_of_ones_own_is_captured_where_it_says_that_it_can_be(new_trainer, backend):
    for layer, captured in ((Scaled(), False), (Captured(), True)):
        trainer = new_trainer(own_net(layer))
        trainer.run(epochs=2)
        assert trainer.captured is captured


class Halved(SoftmaxWithLoss):
    """A loss that comes in another dtype, or as a number of Python's."""

    capturable = True

    def forward(self, x, t):
        loss = super().forward(x, t)
        return float(loss) if self.as_float else loss.astype("float16")


@pytest.mark.parametrize(("as_float", "told"), [(False, "float16"), (True, "float")])
def test_a_loss_that_no_replay_could_keep_is_told(new_trainer, backend, as_float, told):
    loss = Halved()
    loss.as_float = as_float
    net = Network([Affine(np.eye(2, dtype="float32"), np.zeros(2, "float32"))], loss)
    trainer = new_trainer(net.to(backend.name))
    message = rf"the loss is {told}; expected an array of float32 or float64\."
    with pytest.warns(RuntimeWarning, match=message):
        trainer.run(epochs=1)
    assert trainer.iteration == 3


def test_a_captured_run_leaves_as_much_in_the_layers_as_a_plain_one(both):
    plain, captured = both(lambda trainer: trainer.run(epochs=2), Adam)
    found, expected = (xpnet.memory_report(trainer.net) for trainer in (captured, plain))
    assert (found.layers, found.saved) == (expected.layers, expected.saved)


def test_a_capture_that_has_to_be_names_who_cannot(new_trainer):
    with pytest.raises(OptionError, match=r"Scaled1 \(Scaled\) does not say capturable = True"):
        new_trainer(own_net(Scaled()), capture=True).run(epochs=1)


def test_other_values_of_capture_are_refused(new_trainer):
    with pytest.raises(OptionError, match=r"capture='yes': expected True, False, or None"):
        new_trainer(capture="yes")


@pytest.fixture
def unrecorded(capturing, monkeypatch):
    """Does the work of a body and fails to record it."""

    def fail(backend, body):
        body()
        raise CaptureError("CUDARuntimeError: not while capturing")

    monkeypatch.setattr(type(capturing), "capture", fail)


def test_where_a_capture_fails_one_warning_says_why_and_training_goes_on(
    new_trainer, unrecorded, recwarn
):
    plain, other = new_trainer(capture=False), new_trainer()
    for trainer in (plain, other):
        trainer.run(epochs=2)
        trainer.run(epochs=2)
    assert_same(plain, other)
    (warning,) = recwarn
    assert str(warning.message) == (
        "a step cannot be captured: CUDARuntimeError: not while capturing. Training goes on with "
        "the same results, by several launches a step; Trainer(capture=False) does so without a "
        "warning"
    )


def test_where_a_capture_that_has_to_be_fails_its_step_is_done(new_trainer, unrecorded):
    plain, other = new_trainer(capture=False), new_trainer(capture=True)
    with pytest.raises(CaptureError, match="not while capturing"):
        other.run(epochs=2)
    plain.run(iterations=other.iteration)
    assert other.iteration == 2
    assert_same(plain, other)


def test_without_memory_for_a_capture_training_goes_on_plainly(
    new_trainer, capturing, monkeypatch, recwarn
):
    def fail(backend, body):
        raise MemoryError("no room")

    monkeypatch.setattr(type(capturing), "capture", fail)
    plain, other = new_trainer(capture=False), new_trainer()
    for trainer in (plain, other):
        trainer.run(epochs=2)
    assert_same(plain, other)
    assert "there is no memory for it" in str(recwarn.pop(RuntimeWarning).message)


def test_where_others_need_the_memory_of_a_captured_step_it_is_given_up(
    new_trainer, toy, backend, monkeypatch
):
    plain = new_trainer(capture=False, test=toy)
    plain.run(epochs=3)
    trainer = new_trainer(test=toy)
    trainer.run(epochs=1)
    accuracy, failures = trainer.net.accuracy, iter([True])

    def scarce(*args, **options):
        if next(failures, False):
            raise OutOfMemoryError("no room")
        return accuracy(*args, **options)

    monkeypatch.setattr(trainer.net, "accuracy", scarce)
    with pytest.warns(RuntimeWarning, match="its memory is needed"):
        trainer.run(epochs=1)
    assert not trainer.captured
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trainer.run(epochs=1)
    assert_same(plain, trainer)
