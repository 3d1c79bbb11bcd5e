"""Trainer: it learns, it repeats itself, and it counts right."""

import numpy as np
import pytest

import xpnet
from xpnet.backends import registry
from xpnet.datasets import load_mnist
from xpnet.errors import MixedBackendError, OptionError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training import Trainer


def weights(net):
    return xpnet.to_numpy(net.params.flat).copy()


def test_a_toy_problem_is_learnt(new_trainer, toy):
    trainer = new_trainer(test=toy)
    before = trainer.net.accuracy(*toy)
    history = trainer.run(epochs=60)
    assert history.final.test_accuracy > 0.95 > before
    assert history.losses[-1] < 0.2 < 0.4 < history.losses[0]


def test_mnist_is_learnt_in_two_epochs(backend, monkeypatch):
    monkeypatch.delenv("XPNET_DATA_DIR", raising=False)
    train, test = load_mnist(normalize=False)
    net = TwoLayerNet(784, 50, 10, seed=0)
    trainer = Trainer(net, SGD(lr=0.1), train, test=test, scale=1 / 255, progress=False)
    history = trainer.run(iterations=1200)
    assert [record.iteration for record in history.records] == [600, 1200]
    assert history.final.test_accuracy > 0.90
    assert history.final.train_accuracy > 0.90
    assert trainer.train[0] is train[0]


def test_the_same_seed_gives_the_same_digits(new_trainer):
    runs = [new_trainer(seed=7) for _ in range(2)]
    losses = [trainer.run(epochs=4).losses for trainer in runs]
    assert losses[0] == losses[1]
    np.testing.assert_array_equal(weights(runs[0].net), weights(runs[1].net))


def test_another_seed_gives_other_digits(new_trainer):
    assert new_trainer(seed=7).run(epochs=1).losses != new_trainer(seed=8).run(epochs=1).losses


def test_a_seed_means_the_same_run_on_every_backend_up_to_rounding(new_trainer, toy):
    here = new_trainer(seed=7).run(epochs=4).losses
    with xpnet.use_backend("numpy"):
        net = TwoLayerNet(2, 8, 2, weight_init_std="he", seed=0)
        trainer = Trainer(net, SGD(lr=0.5), toy, batch_size=20, seed=7, progress=False)
        np.testing.assert_allclose(here, trainer.run(epochs=4).losses, rtol=1e-4)


def test_the_logged_loss_is_that_of_the_steps_own_forward(new_trainer, toy):
    trainer = new_trainer(batch_size=60)
    before = float(trainer.net.loss(*toy))
    history = trainer.run(iterations=1)
    assert history.losses == pytest.approx([before], rel=1e-5)
    assert history.final.loss == history.losses[0]
    assert float(trainer.net.loss(*toy)) < before - 1e-3


def test_training_is_the_chapters_loop(new_trainer, new_net, toy, seen):
    trainer, net = new_trainer(seed=3), new_net()
    batches = seen(trainer)
    trainer.run(epochs=2)
    for rows in batches:
        grads = net.gradient(toy[0][xpnet.asarray(rows)], toy[1][xpnet.asarray(rows)])
        for key in net.params:
            net.params[key] -= 0.5 * grads[key]
    np.testing.assert_allclose(weights(trainer.net), weights(net), rtol=1e-4, atol=1e-6)


def test_without_a_test_set_nothing_is_evaluated(new_trainer, monkeypatch):
    trainer = new_trainer()
    monkeypatch.setattr(trainer.net, "accuracy", None)  # a call would raise
    final = trainer.run(epochs=1).final
    assert (final.train_accuracy, final.test_accuracy) == (None, None)


def test_a_test_set_is_evaluated_after_each_epoch(new_trainer, toy):
    x, t = toy
    trainer = new_trainer(test=(x[:7], 1 - t[:7]))
    record = trainer.run(epochs=1).final
    assert record.train_accuracy == trainer.net.accuracy(x, t)
    assert record.test_accuracy == trainer.net.accuracy(x[:7], 1 - t[:7])
    assert record.train_accuracy > 0.5 > record.test_accuracy


def test_uint8_with_a_scale_trains_as_floats_do(new_trainer):
    pixels = np.random.default_rng(0).integers(0, 256, (60, 2), dtype="uint8")
    t = xpnet.asarray((pixels[:, 0] > pixels[:, 1]).astype(int))
    as_bytes, as_floats = xpnet.asarray(pixels), xpnet.asarray(pixels / 255, "float32")
    options = {"test": (as_bytes, t), "scale": 1 / 255}
    scaled = new_trainer(train=(as_bytes, t), **options).run(epochs=3)
    plain = new_trainer(train=(as_floats, t), test=(as_floats, t)).run(epochs=3)
    np.testing.assert_allclose(scaled.losses, plain.losses, rtol=1e-4)
    assert scaled.final.test_accuracy == plain.final.test_accuracy


def test_one_hot_labels_train_as_numbers_do(new_trainer, toy):
    rows = xpnet.asarray(np.eye(2)[xpnet.to_numpy(toy[1])], "float32")
    found = new_trainer(train=(toy[0], rows)).run(epochs=3).losses
    np.testing.assert_allclose(found, new_trainer().run(epochs=3).losses, rtol=1e-4)


def test_images_are_trained_on_as_flat_rows_are(new_trainer, toy):
    x, t = toy
    found = new_trainer(train=(x.reshape(60, 1, 2, 1), t)).run(epochs=2).losses
    np.testing.assert_allclose(found, new_trainer().run(epochs=2).losses, rtol=1e-6)


@pytest.mark.parametrize("options", [{}, {"iterations": 3, "epochs": 1}])
def test_run_takes_iterations_or_epochs(new_trainer, options):
    with pytest.raises(OptionError, match="one of them"):
        new_trainer().run(**options)


@pytest.mark.parametrize("name", ["iterations", "epochs"])
@pytest.mark.parametrize("value", [0, -1, 2.0, "3", True, float("nan")])
def test_a_bad_length_of_a_run_is_refused(new_trainer, name, value):
    trainer = new_trainer()
    with pytest.raises(OptionError, match=f"{name}: .*whole number from 1 on"):
        trainer.run(**{name: value})
    assert trainer.iteration == 0


@pytest.mark.parametrize("name", ["iterations", "epochs"])
@pytest.mark.parametrize("value", [10**15, 2**63, 10**20, 10**5000], ids=hash)
def test_more_steps_than_memory_holds_losses_are_refused(new_trainer, name, value):
    trainer = new_trainer()
    with pytest.raises(OptionError, match=r"loss of every step: needs more than the"):
        trainer.run(**{name: value})
    assert trainer.iteration == 0


def test_a_network_that_was_moved_since_is_refused(new_trainer, backend, monkeypatch):
    if backend.name == "numpy":
        trainer = new_trainer()
        foreign = type("Foreign", (np.ndarray,), {})
        other = type(backend)()
        other.name = "foreign"
        monkeypatch.setitem(registry._loaded, "foreign", other)
        monkeypatch.setitem(registry._by_type, foreign, other)
        trainer.train = tuple(array.view(foreign) for array in trainer.train)
    else:
        trainer = new_trainer()
        trainer.net.to("numpy")
    with pytest.raises(MixedBackendError, match=r"Trainer: its data is on .*make a new Trainer"):
        trainer.run(epochs=1)
    assert trainer.iteration == 0


def test_a_trainer_made_after_a_move_places_the_data(new_trainer, new_net, toy, backend):
    losses = new_trainer().run(epochs=2).losses
    trainer = new_trainer(net=new_net().to("numpy"))
    assert {type(array) for array in trainer.train} == {np.ndarray}
    np.testing.assert_allclose(trainer.run(epochs=2).losses, losses, rtol=1e-4)


def test_step_is_one_step(new_trainer):
    trainer, run = new_trainer(optimizer=Adam()), new_trainer(optimizer=Adam())
    losses = [float(trainer.step()) for _ in range(4)]
    assert run.run(iterations=4).losses == losses
    assert trainer.iteration == 4
    np.testing.assert_array_equal(weights(trainer.net), weights(run.net))
