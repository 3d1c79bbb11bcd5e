"""What ``xpnet train`` says of a run."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.ranks import on_ranks
from xpnet.cli.train_words import _rounded, headline, last_line, way_on
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer

X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")
T = (X[:, 0] > 0).astype(int)
OPTIONS = {"batch_norm": False, "dropout": None}


def new_trainer(comm=None, **options):
    net = MultiLayerNet(4, [3], 2, seed=0)
    return Trainer(net, SGD(0.1), (X, T), batch_size=5, comm=comm, progress=False, **options)


def test_the_headline_tells_network_data_and_optimizer():
    assert headline(new_trainer(), OPTIONS) == (
        "4-3-2 network, 23 parameters, float32, on numpy (cpu); 20 images, batches of 5, "
        "SGD(lr=0.1)"
    )


def test_the_headline_tells_what_is_not_usual():
    options = {"batch_norm": True, "dropout": 0.2}
    trainer = new_trainer(validation=0.1)
    assert " network with batch normalisation and dropout 0.2, " in headline(trainer, options)
    assert "; 18 images and 2 held back, " in headline(trainer, options)
    assert (
        on_ranks(2, lambda comm: headline(new_trainer(comm), OPTIONS)[-13:])
        == ["; 2 processes"] * 2
    )


def test_a_run_from_a_checkpoint_says_where_it_begins_and_how_it_goes_on(tmp_path):
    trainer = new_trainer()
    assert way_on(trainer) == ""
    trainer.run(iterations=2)
    trainer.save(tmp_path)
    assert headline(trainer, OPTIONS).endswith(f"; from iteration 2, of {trainer.checkpoint}")
    assert way_on(trainer) == f"; to go on: xpnet train --resume {tmp_path}"


def test_the_last_line_tells_pace_and_accuracy():
    trainer = new_trainer(test=(X, T))
    trainer.run(iterations=4)
    accuracy = trainer.history.final.test_accuracy
    assert last_line(trainer).startswith("4 iterations in ")
    assert last_line(trainer).endswith(f"; test accuracy {100 * accuracy:.2f} %")


@pytest.mark.parametrize(
    ("value", "shown"), [(1.9449, "1.94"), (5151.7, "5,150"), (0.00123456, "0.00123"), (0, "0")]
)
def test_a_rounded_number_has_three_digits_that_count(value, shown):
    assert _rounded(value) == shown
