"""A run that was cut off anywhere goes on, and ends as one that was not, to the bit."""

import copy

import numpy as np
import pytest

import xpnet
from xpnet.errors import CheckpointError, NonFiniteLossError, OptionError, PartialUpdateError
from xpnet.layers import Affine, Layer, SoftmaxWithLoss
from xpnet.networks import MultiLayerNet, Network, TwoLayerNet
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
)
from xpnet.training import Callback, Trainer

OPTIMIZERS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam, AdamW]
REGULARISED = [{"batch_norm": True}, {"dropout": 0.3}, {"batch_norm": True, "dropout": 0.3}]
"""Options of networks whose layers have buffers."""
GOAL = 7  # two epochs of three steps, and one step


class CutOff(Callback):
    """Ends a run after a step, as Ctrl-C does."""

    def __init__(self, iteration):
        self.iteration = iteration

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            raise KeyboardInterrupt


class SaveAt(Callback):
    """Saves a run in the midst of it."""

    def __init__(self, folder, iteration):
        self.folder, self.iteration = folder, iteration

    def on_step(self, trainer, loss):
        if trainer.iteration == self.iteration:
            trainer.save(self.folder)


def outcome(trainer):
    """All that must be the same to the bit."""
    params = xpnet.to_numpy(trainer.net.params.flat).tobytes()
    state = {
        slot: xpnet.to_numpy(array.flat).tobytes()
        for slot, array in trainer.optimizer.state.items()
    }
    buffers = {n: xpnet.to_numpy(array).tobytes() for n, array in trainer.net.buffers.items()}
    history = trainer.history
    return (
        params,
        buffers,
        state,
        trainer.optimizer.steps,
        history.losses,
        history.records,
        trainer.iteration,
    )


@pytest.mark.parametrize("cut", range(1, GOAL))
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("replacement", [False, True])
def test_a_run_that_was_interrupted_ends_as_one_that_was_not(
    new_trainer, toy, tmp_path, optimizer, cut, replacement
):
    def make(*callbacks):
        return new_trainer(
            optimizer=optimizer(lr=0.01),
            batch_size=25,
            test=toy,
            replacement=replacement,
            callbacks=callbacks,
        )

    whole = make()
    whole.run(iterations=GOAL)
    part = make(CutOff(cut))
    assert part.run(iterations=GOAL).interrupted
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, toy, progress=False)
    assert resumed.iteration == cut
    history = resumed.run()
    assert outcome(resumed) == outcome(whole)
    assert not history.interrupted


@pytest.mark.parametrize("saved", range(1, GOAL + 1))
def test_a_run_that_was_saved_on_the_way_does_not_notice(new_trainer, toy, tmp_path, saved):
    whole = new_trainer(test=toy)
    whole.run(iterations=GOAL)
    watched = new_trainer(test=toy, callbacks=[SaveAt(tmp_path, saved)])
    watched.run(iterations=GOAL)
    assert outcome(watched) == outcome(whole)
    resumed = Trainer.resume(tmp_path, toy, toy, progress=False)
    if saved < GOAL:
        resumed.run()
        assert outcome(resumed) == outcome(whole)
    with pytest.raises(OptionError, match="got neither, and the run has reached its goal, iter"):
        resumed.run()


@pytest.mark.parametrize("kind", ["PCG64", "MT19937", "Philox", "SFC64"])
def test_a_generator_of_ones_own_goes_on(new_trainer, toy, tmp_path, kind):
    def seed():
        return np.random.Generator(getattr(np.random, kind)(5))

    whole = new_trainer(seed=seed())
    whole.run(iterations=GOAL)
    part = new_trainer(seed=seed())
    part.run(iterations=4)
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, progress=False)
    resumed.run(iterations=GOAL - 4)
    assert resumed.history.losses == whole.history.losses


def test_an_accuracy_that_was_owed_is_computed(new_trainer, toy, tmp_path):
    whole = new_trainer(test=toy)
    whole.run(epochs=2)
    part = new_trainer(test=toy, callbacks=[CutOff(3)])
    part.run(epochs=2)
    part.save(tmp_path)
    assert part.history.final.train_accuracy is None
    resumed = Trainer.resume(tmp_path, toy, toy, progress=False)
    resumed.run()
    assert outcome(resumed) == outcome(whole)


def test_all_that_was_told_is_kept(new_trainer, toy, tmp_path):
    trainer = new_trainer(
        optimizer=Momentum(lr=0.5, momentum=0.5),
        batch_size=7,
        scale=0.5,
        replacement=True,
        threads=1,
    )
    trainer.notes["by"] = "someone"
    trainer.run(iterations=4)
    trainer.optimizer.lr = 0.25
    path = trainer.save(str(tmp_path / "runs" / "one"))
    made = Trainer.resume(path, toy, progress=False)
    for name in ("batch_size", "scale", "replacement", "threads", "notes", "goal", "checkpoint"):
        assert getattr(made, name) == getattr(trainer, name)
    assert made.optimizer.options() == trainer.optimizer.options()
    assert made.checkpoint == path
    assert made.net.pixel_scale == 0.5
    seconds = made.history.seconds, made.history.step_seconds
    assert seconds == (trainer.history.seconds, trainer.history.step_seconds)


def test_seconds_are_counted_up_to_the_checkpoint(new_trainer, toy, tmp_path):
    trainer = new_trainer(callbacks=[SaveAt(tmp_path, 5)])
    trainer.run(iterations=6)
    saved = Trainer.resume(tmp_path, toy, progress=False).history
    assert 0 < saved.step_seconds < saved.seconds < trainer.history.seconds
    assert saved.step_seconds < trainer.history.step_seconds


def test_the_backend_may_be_another_one(new_trainer, toy, tmp_path, backend):
    trainer = new_trainer(optimizer=Adam(lr=0.01))
    trainer.run(iterations=4)
    trainer.save(tmp_path)
    x, t = map(xpnet.to_numpy, toy)
    resumed = Trainer.resume(tmp_path, (x, t), backend="numpy", progress=False)
    assert resumed.net.backend.name == "numpy"
    resumed.run(iterations=3)
    trainer.run(iterations=3)
    assert resumed.history.losses == pytest.approx(trainer.history.losses, rel=1e-4)


class Slope(Layer):
    rowwise = True
    saved = ("x",)

    def __init__(self):
        self.add_params(slope=xpnet.asarray(np.ones(8), "float32"))

    def forward(self, x):
        self.x = x
        return x * self.params["slope"]

    def backward(self, dout):
        self.grads["slope"] = (dout * self.x).sum(axis=0)
        return dout * self.params["slope"]


def sign(xp, param, grad, lr):
    return (lr * xp.sign(grad),)


class Signs(Optimizer):
    rule = UpdateRule("signs", sign, kernel="param -= lr * ((grad > 0) - (grad < 0))")


def own_net(seed=0):
    rng = np.random.default_rng(seed)
    first = Affine(xpnet.asarray(rng.normal(size=(2, 8)), "float32"), xpnet.asarray(np.zeros(8)))
    last = Affine(xpnet.asarray(rng.normal(size=(8, 2)), "float32"), xpnet.asarray(np.zeros(2)))
    return Network([first, Slope(), last], SoftmaxWithLoss())


def test_layers_and_an_optimizer_of_ones_own_are_given(new_trainer, toy, tmp_path):
    whole = new_trainer(net=own_net(), optimizer=Signs(lr=0.01))
    whole.run(iterations=GOAL)
    part = new_trainer(net=own_net(), optimizer=Signs(lr=0.01), callbacks=[CutOff(4)])
    part.run(iterations=GOAL)
    part.save(tmp_path)
    with pytest.raises(CheckpointError, match=r"Slope: make the network"):
        Trainer.resume(tmp_path, toy)
    with pytest.raises(CheckpointError, match=r"Signs: make it"):
        Trainer.resume(tmp_path, toy, net=own_net(seed=1))
    made = {"net": own_net(seed=1), "optimizer": Signs(lr=0.01), "progress": False}
    resumed = Trainer.resume(tmp_path, toy, **made)
    resumed.run()
    assert outcome(resumed) == outcome(whole)


@pytest.fixture
def folder(new_trainer, toy, tmp_path):
    trainer = new_trainer(test=toy)
    trainer.run(iterations=4)
    trainer.save(tmp_path / "run")
    return tmp_path / "run"


def test_other_data_sizes_and_options_are_refused_by_name(folder, toy, new_net):
    x, t = toy
    cases = [
        ("expected x to have shape", {"train": (x[:30], t[:30])}),
        ("train: expected x to have crc32", {"train": (x + 1, t)}),
        ("train: expected t to have crc32", {"train": (x, 1 - t)}),
        ("expected a test set, as the run had it, got none", {"test": None}),
        ("test: expected x to have shape", {"test": (x[:30], t[:30])}),
        (r"W1 to be floats of shape \(2, 5\), got", {"net": TwoLayerNet(2, 5, 2)}),
        ("Affine -> Sigmoid", {"net": MultiLayerNet(2, [8], 2, activation="sigmoid")}),
        ("expected lr=0.5, as the run had it, got lr=0.1", {"optimizer": SGD(lr=0.1)}),
        ("expected SGD, got Momentum", {"optimizer": Momentum(lr=0.5)}),
    ]
    for words, change in cases:
        given = {"train": toy, "test": toy, "progress": False, **change}
        net = given.get("net", new_net())
        before = net.params.copy()
        with pytest.raises(CheckpointError, match=words):
            Trainer.resume(folder, given.pop("train"), **given)
        assert bool((net.params.flat == before.flat).all())


def test_a_folder_takes_the_checkpoints_of_one_run(folder, toy, new_trainer):
    other = new_trainer(test=toy)
    with pytest.raises(CheckpointError, match="holds a run that has come to iteration 4: resume"):
        other.save(folder)
    resumed = Trainer.resume(folder, toy, toy, progress=False)
    resumed.run(iterations=2)
    resumed.save(folder)
    late = Trainer.resume(folder / "iteration-000000004.safetensors", toy, toy, progress=False)
    with pytest.raises(CheckpointError, match="come to iteration 6"):
        late.save(folder)


def test_so_many_checkpoints_stay(new_trainer, tmp_path):
    trainer = new_trainer()
    for _ in range(4):
        trainer.run(iterations=1)
        trainer.save(tmp_path, keep=2)
    assert [int(path.name[10:19]) for path in sorted(tmp_path.iterdir())] == [3, 4]
    with pytest.raises(OptionError, match="keep: expected a whole number"):
        trainer.save(tmp_path, keep=0)


def test_before_the_first_step_there_is_something_to_keep_as_well(new_trainer, toy, tmp_path):
    trainer = new_trainer()
    trainer.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, progress=False)
    for each in (trainer, resumed):
        each.run(iterations=4)
    assert outcome(resumed) == outcome(trainer)


def test_steps_by_hand_are_kept_too(new_trainer, toy, tmp_path):
    whole, part = new_trainer(), new_trainer()
    for _ in range(5):
        whole.step()
    for _ in range(4):
        part.step()
    part.save(tmp_path)
    resumed = Trainer.resume(tmp_path, toy, progress=False)
    resumed.step()
    assert outcome(resumed) == outcome(whole)


def test_a_loss_that_is_not_finite_is_not_kept(new_trainer, tmp_path):
    trainer = new_trainer(optimizer=SGD(lr=1e30), callbacks=[SaveAt(tmp_path, 2)])
    with np.errstate(all="ignore"), pytest.raises(NonFiniteLossError, match="at iteration"):
        trainer.run(iterations=3)
    assert list(tmp_path.iterdir()) == []


def test_an_optimizer_of_another_kind_cannot_be_kept(new_trainer, tmp_path):
    class Plain:
        def update(self, params, grads):
            params.flat -= 0.1 * grads.flat

    trainer = new_trainer(optimizer=Plain())
    trainer.run(iterations=2)
    with pytest.raises(CheckpointError, match="that inherits from"):
        trainer.save(tmp_path / "run")


def test_an_update_that_is_half_done_is_not_kept(new_trainer, tmp_path, monkeypatch):
    trainer = new_trainer(optimizer=Momentum(lr=0.1))
    trainer.run(iterations=1)

    def half(rule, param, *_):
        param += 1
        raise KeyboardInterrupt

    monkeypatch.setattr(trainer.net.backend, "update", half)
    with pytest.raises(KeyboardInterrupt):
        trainer.run(iterations=1)
    with pytest.raises(PartialUpdateError):
        trainer.save(tmp_path / "run")


def test_notes_must_be_json(new_trainer, tmp_path):
    trainer = new_trainer()
    trainer.notes["when"] = {1, 2}
    with pytest.raises(CheckpointError, match="expected values that JSON has"):
        trainer.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_a_trainer_goes_its_own_way(new_trainer, toy, tmp_path):
    trainer = new_trainer()
    trainer.run(iterations=3)
    trainer.save(tmp_path / "a")
    copied = copy.copy(trainer)
    copied.run(iterations=1)
    copied.save(tmp_path / "b")
    assert trainer.checkpoint.parent.name == "a"


def test_a_class_derived_from_trainer_is_resumed_as_such(new_trainer, toy, folder):
    class Mine(Trainer):
        pass

    assert type(Mine.resume(folder, toy, toy, progress=False)) is Mine


def test_the_data_are_summed_up_once_in_a_process(new_trainer, toy, folder, monkeypatch):
    resumed = Trainer.resume(folder, toy, toy, progress=False)
    monkeypatch.setattr("xpnet.training.stored_trainer.fingerprint", None)
    resumed.run(iterations=1)
    resumed.save(folder)
    assert Trainer.resume(folder, toy, toy, progress=False).iteration == 5


@pytest.mark.parametrize("cut", [1, 3, 4])
@pytest.mark.parametrize("layers", REGULARISED, ids=str)
def test_layers_with_buffers_go_on_to_the_bit(backend, toy, tmp_path, layers, cut):
    def started(*callbacks):
        net = MultiLayerNet(2, [6, 5], 2, seed=0, **layers)
        options = {"batch_size": 25, "progress": False, "callbacks": callbacks}
        return Trainer(net, Momentum(lr=0.1), toy, **options)

    whole, first = started(), started(SaveAt(tmp_path, cut))
    for trainer in (whole, first):
        trainer.run(iterations=GOAL)
    resumed = Trainer.resume(tmp_path, toy, progress=False)
    assert resumed.net.buffers
    resumed.run()
    assert outcome(resumed)[:4] == outcome(whole)[:4]
