"""Evaluation by all ranks: each goes through its share, and all have what one would find."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.layers import MeanSquaredError
from xpnet.networks import MultiLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer
from xpnet.training.evaluation import evaluated

from .ranks import on_ranks

RNG = np.random.default_rng(0)
X = RNG.normal(size=(37, 4))
LABELS = (X[:, 0] > 0).astype(int)
TARGETS = X[:, :3] ** 2 + 5


def new_trainer(comm, regression):
    t = TARGETS if regression else LABELS
    last = {"last_layer": MeanSquaredError()} if regression else {}
    net = MultiLayerNet(4, [6], 3 if regression else 2, seed=0, dtype="float64", **last)
    sets = {"test": (X[:2], t[:2]), "validation": (X[5:], t[5:])}
    options = {"batch_size": 8, "comm": comm, "progress": False}
    return Trainer(net, SGD(lr=0.01), (X, t), **sets, **options)


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_all_ranks_have_what_one_process_finds(backend, size, regression):
    alone = evaluated(new_trainer(None, regression))
    shared = on_ranks(size, lambda comm: evaluated(new_trainer(comm, regression)))
    assert all(found == shared[0] for found in shared)
    assert shared[0].keys() == alone.keys()
    for name, value in alone.items():
        if name.endswith("accuracy"):
            assert shared[0][name] == value
        else:
            assert shared[0][name] == pytest.approx(value, rel=1e-12)


def test_a_rank_looks_at_its_share_of_the_rows_alone():
    def rows(comm):
        trainer, seen = new_trainer(comm, regression=False), []
        affine = trainer.net["Affine1"]
        apply = affine.apply
        affine.apply = lambda x: seen.append(len(x)) or apply(x)
        evaluated(trainer)
        return seen

    assert on_ranks(3, rows) == [[13, 1, 11], [12, 1, 11], [12, 10]]


def test_one_process_asks_the_network(backend):
    trainer = new_trainer(None, regression=False)
    found = evaluated(trainer)
    x, t = map(xpnet.asarray, (X, LABELS))
    assert found["train_accuracy"] == trainer.net.accuracy(x, t)
