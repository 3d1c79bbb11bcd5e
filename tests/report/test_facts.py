import pytest

from xpnet.networks import MultiLayerNet
from xpnet.report.facts import _duration, figures, headline, machine, notes, notices, options
from xpnet.report.predictions import predict_test_set
from xpnet.training import EarlyStopping, History, Record


def test_the_headline_names_the_network_and_where_it_lives(new_trainer, backend):
    found = headline(new_trainer())
    assert (found["kind"], found["sizes"]) == ("TwoLayerNet", "25-6-3")
    assert f"float32, trained on {backend.name}" in found["lead"]


def test_figures_are_those_of_the_network_as_it_is(new_trainer):
    trainer = new_trainer()
    trainer.run(epochs=3)
    trainer.net.params["b2"][1] = 1e6  # now all are given class 1
    found = dict(figures(trainer, predict_test_set(trainer)[0]))
    share = trainer.net.accuracy(*trainer.test, scale=1 / 255)
    assert found["test accuracy"] == f"{share:.2%}"
    assert found["test accuracy"] != f"{trainer.history.final.test_accuracy:.2%}"
    assert found["steps"] == "12"


def test_without_evaluation_there_are_no_accuracies(new_trainer):
    trainer = new_trainer(test=None)
    trainer.run(iterations=3)
    assert {"last loss", "steps", "time"} <= set(dict(figures(trainer, None)))
    assert "test accuracy" not in dict(figures(trainer, None))


def test_what_is_unusual_is_said(new_trainer):
    trainer = new_trainer()
    assert notices(trainer) == ["The network has not been trained."]
    trainer.step()
    assert "only Trainer.run records steps" in notices(trainer)[0]
    trainer.run(iterations=2)
    assert notices(trainer) == []
    trainer.history = History([Record(3, 1, 0.5, None, None)], [0.5], interrupted=True)
    trainer.goal = 1000
    assert notices(trainer) == ["The run was interrupted at iteration 3 of 1,000."]
    trainer.history = History([], [0.5, float("nan")])
    assert "has diverged" in notices(trainer)[0]


def test_options_and_notes_are_listed(new_trainer, tmp_path):
    trainer = new_trainer(test=None, threads=1)
    trainer.notes = {"why": "to see", "xpnet train": {"lr": None, "seed": 3}}
    path = trainer.save(tmp_path / "run")
    found = dict(options(trainer))
    assert found["optimizer"] == "SGD(lr=0.1)"
    assert (found["training set"], found["test set"]) == ("40 × 25, uint8", "none")
    assert (found["threads"], found["checkpoint"]) == ("1", str(path))
    assert notes(trainer) == [
        ("why", [("note", "to see")]),
        ("xpnet train", [("lr", "none"), ("seed", "3")]),
    ]


def test_what_is_validated_is_told(new_trainer):
    trainer = new_trainer(validation=0.25, batch_size=10)
    trainer.run(epochs=2)
    trainer.net.params["b2"][1] = 1e6  # of the network as it is
    found = trainer.net.evaluate(*trainer.validation, scale=1 / 255)
    assert dict(figures(trainer, None))["validation accuracy"] == f"{found.accuracy:.2%}"
    assert dict(figures(trainer, None))["validation loss"] == f"{found.loss:.4g}"
    told = dict(options(trainer))
    assert told["validation set"] == "10 × 25, uint8, held back of the training rows"
    plain = new_trainer()
    assert not {name for name, _ in figures(plain, None) + options(plain) if "validation" in name}
    given = new_trainer(validation=plain.test)
    assert dict(options(given))["validation set"] == "40 × 25, uint8"


def test_of_a_regression_the_scores_are_told(new_trainer, pictures):
    x, t = pictures()
    data, other = (x, t * 0.5), (x[:20], t[:20] * 0.5)
    net = MultiLayerNet(25, [6], 1, last_layer="mse", seed=0)
    trainer = new_trainer(data, other, net, validation=other)
    final = trainer.run(epochs=2).final
    told = dict(figures(trainer, None))
    assert told["test R²"] == f"{final.test_score:.4f}"
    assert told["training R²"] == f"{final.train_score:.4f}"
    assert told["validation R²"] == f"{final.validation_score:.4f}"
    assert told["validation loss"] == f"{final.validation_loss:.4g}"
    assert not [name for name in told if "accuracy" in name]


@pytest.mark.parametrize(("restored", "end"), [(True, ", whose network this is."), (False, ".")])
def test_a_run_that_was_stopped_says_so(new_trainer, restored, end):
    stopping = EarlyStopping(1, monitor="loss", min_delta=1e6, restore_best=restored)
    trainer = new_trainer(callbacks=[stopping])
    trainer.run(epochs=5)
    assert notices(trainer) == [
        "The run was stopped at iteration 8: its loss had not improved since iteration 4" + end
    ]
    patient = new_trainer(callbacks=[EarlyStopping(9, monitor="loss")])
    patient.run(epochs=2)
    assert notices(patient) == []


def test_machine_and_versions_are_listed():
    assert {"cpu", "python", "numpy", "blas"} <= set(dict(machine()))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (59.94, "59.9 s"), (59.97, "1 min 0 s"), (75, "1 min 15 s")],
)
def test_a_time_has_the_units_that_count(seconds, text):
    assert _duration(seconds) == text
