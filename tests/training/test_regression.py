"""Training of a network that does regression: targets at the door, what is recorded, captured."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import LabelError, NonFiniteLossError, OptionError, ShapeError
from xpnet.layers import MeanSquaredError, Tanh
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD, Adam
from xpnet.training import Callback, EarlyStopping, Trainer


@pytest.fixture
def line(backend):
    """Two outputs that are linear in two inputs."""
    x = np.random.default_rng(0).normal(size=(60, 2))
    t = x @ [[1.0, -2.0], [0.5, 3.0]] + [5.0, -1.0]
    return xpnet.asarray(x, "float32"), xpnet.asarray(t)


def net_of(outputs=2, **options):
    options = {"activation": "tanh", "weight_init": "xavier", "seed": 0, **options}
    return MultiLayerNet(2, [16], outputs, last_layer="mse", **options)


def trainer_of(data, net=None, optimizer=None, **options):
    options = {"batch_size": 20, "progress": False, **options}
    return Trainer(net or net_of(), optimizer or Adam(lr=0.05), data, **options)


def test_a_line_is_learned_and_each_record_has_its_scores(line):
    trainer = trainer_of(line, test=line)
    history = trainer.run(epochs=60)
    final = history.final
    assert final.test_score > 0.99
    assert final.train_score == final.test_score == trainer.net.score(*line)
    assert (final.train_accuracy, final.test_accuracy) == (None, None)
    assert history.records[0].test_score < 0.9


def test_rows_that_are_held_back_have_a_loss_and_a_score(line):
    trainer = trainer_of(line, validation=0.25)
    final = trainer.run(epochs=3).final
    x, t = trainer.validation
    loss = float(((xpnet.to_numpy(trainer.net.predict(x)) - xpnet.to_numpy(t)) ** 2).mean())
    assert final.validation_loss == pytest.approx(loss, rel=1e-5)
    assert final.validation_score == trainer.net.score(x, t)
    assert final.validation_accuracy is None


@pytest.mark.parametrize("shape", [(60,), (60, 1)], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int16", "uint8"])
def test_targets_keep_their_dtype_on_the_device(backend, line, shape, dtype):
    t = xpnet.asarray(np.arange(60).reshape(shape), dtype)
    trainer = trainer_of((line[0], t), net_of(1))
    assert trainer.train[1] is t
    assert trainer.run(epochs=1).losses[0] > 0


def test_captured_steps_are_plain_ones(backend, line):
    losses = [
        trainer_of(line, optimizer=SGD(lr=0.05), capture=capture).run(epochs=3).losses
        for capture in (False, None)
    ]
    assert losses[0] == losses[1]


def test_a_regression_is_captured_where_the_backend_can(cudaemu):
    with xpnet.use_backend("cupy"):
        x = xpnet.asarray(np.ones((60, 2)), "float32")
        for activation in ("tanh", "leaky_relu"):
            trainer = trainer_of((x, x), net_of(activation=activation), capture=True)
            trainer.run(epochs=2)
            assert trainer.captured


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((60,), r"train: t is \(60,\), predict\(x\) is \(60, 2\); expected targets \(60, 2\)"),
        ((60, 3), r"expected targets \(60, 2\)"),
        ((59, 2), r"train: x is \(60, 2\), t is \(59, 2\)"),
    ],
)
def test_targets_that_do_not_fit_are_refused_at_the_door(line, shape, wanted):
    with pytest.raises(ShapeError, match=wanted):
        trainer_of((line[0], xpnet.asarray(np.ones(shape))))


def test_labels_of_classes_are_refused_with_the_loss_that_takes_them(line):
    with pytest.raises(ShapeError, match="end the network in SoftmaxWithLoss"):
        trainer_of((line[0], xpnet.asarray(np.zeros(60, int))))


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
@pytest.mark.parametrize("which", ["train", "test"])
def test_targets_that_are_no_finite_numbers_are_refused_by_their_row(line, bad, which):
    x, t = line
    spoilt = xpnet.to_numpy(t).copy()
    spoilt[[7, 31], 1] = bad  # 1e300 is none in float32
    sets = {"train": line, "test": line, which: (x, xpnet.asarray(spoilt))}
    with pytest.raises(LabelError, match=f"^{which}: the targets of row 7 are not all finite"):
        trainer_of(sets["train"], test=sets["test"])


def test_a_test_set_with_nan_among_its_rows_is_named(line):
    x = xpnet.to_numpy(line[0]).copy()
    x[3, 0] = np.nan
    trainer = trainer_of(line, test=(xpnet.asarray(x), line[1]))
    with pytest.raises(NonFiniteLossError, match="the test score is nan after iteration 3"):
        trainer.run(epochs=1)


def test_a_score_ends_a_run_that_no_longer_improves(line):
    stopping = EarlyStopping(patience=2, monitor="test_score", min_delta=0.001)
    trainer = trainer_of(line, test=line, callbacks=[stopping])
    history = trainer.run(epochs=1000)
    assert stopping.stopped
    assert stopping.best_value == max(record.test_score for record in history)


@pytest.mark.parametrize("monitor", ["test_accuracy", "validation_accuracy"])
def test_an_accuracy_cannot_be_monitored(line, monitor):
    callbacks = [EarlyStopping(monitor=monitor)]
    trainer = trainer_of(line, test=line, validation=line, callbacks=callbacks)
    right = monitor.replace("accuracy", "score")
    with pytest.raises(OptionError, match=f"does regression, so write monitor='{right}'"):
        trainer.run(epochs=1)


def test_nor_a_score_of_a_classification(new_trainer, toy):
    trainer = new_trainer(test=toy, callbacks=[EarlyStopping(monitor="test_score")])
    with pytest.raises(OptionError, match="classification, so write monitor='test_accuracy'"):
        trainer.run(epochs=1)


def test_a_run_goes_on_from_its_checkpoint_to_the_bit(line, tmp_path):
    net = net_of(activation="leaky_relu")
    trainer = trainer_of(line, net, test=line)
    trainer.run(epochs=2)
    trainer.save(tmp_path)
    wanted = trainer.run(epochs=2)
    resumed = Trainer.resume(tmp_path, line, test=line, progress=False)
    assert type(resumed.net.last_layer) is MeanSquaredError
    found = resumed.run(epochs=2)
    assert found.records == wanted.records
    assert found.losses == wanted.losses


def test_tensorboard_has_the_scores(line, tmp_path):
    pytest.importorskip("tensorboard", reason="writing needs the extra 'tensorboard'")
    from xpnet.training import TensorBoard

    from .test_tensorboard import read

    x, t = line
    sets = {"test": (x[:20], t[:20]), "validation": (x[20:50], t[20:50])}
    options = {**sets, "callbacks": [TensorBoard(tmp_path)]}
    final = trainer_of(line, **options).run(epochs=1).final
    found = read(tmp_path)
    for name in ("train", "test", "validation"):
        assert found[f"R2/{name}"] == [(3, pytest.approx(getattr(final, f"{name}_score")))]
    assert not any(tag.startswith("accuracy") for tag in found)


def test_a_class_of_layers_makes_the_activations(line):
    net = net_of(activation=Tanh)
    assert trainer_of(line, net).run(epochs=1).losses == trainer_of(line).run(epochs=1).losses


def test_a_callback_finds_the_scores_in_the_record(line):
    class Seen(Callback):
        def on_record(self, trainer, record):
            self.record = record

    seen = Seen()
    history = trainer_of(line, test=line, callbacks=[seen]).run(epochs=1)
    assert seen.record is history.final
