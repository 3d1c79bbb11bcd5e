"""A problem that a small network learns in a second, and trainers that say nothing."""

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer


@pytest.fixture
def toy(backend):
    """Sixty points of the plane, labelled by the side of a line they lie on."""
    x = np.random.default_rng(0).normal(size=(60, 2))
    return xpnet.asarray(x, "float32"), xpnet.asarray((x[:, 0] > x[:, 1]).astype(int))


@pytest.fixture
def new_net(backend):
    return lambda seed=0: TwoLayerNet(2, 8, 2, weight_init_std="he", seed=seed)


@pytest.fixture
def new_trainer(new_net, toy):
    """Makes trainers; what they are not told is SGD(0.5), 20 rows a batch, silence."""

    def make(net=None, optimizer=None, train=None, batch_size=20, progress=False, **options):
        return Trainer(
            net or new_net(),
            optimizer or SGD(lr=0.5),
            train or toy,
            batch_size=batch_size,
            progress=progress,
            **options,
        )

    return make


@pytest.fixture
def seen(monkeypatch):
    """``seen(trainer)`` is a list that gets, at each step, the numbers of the batch's rows."""

    def watch(trainer):
        batches, backprop = [], trainer.net.backprop
        rows = {tuple(row): k for k, row in enumerate(xpnet.to_numpy(trainer.train[0]).tolist())}

        def watched(x, t):
            batches.append([rows[tuple(row)] for row in xpnet.to_numpy(x).tolist()])
            return backprop(x, t)

        monkeypatch.setattr(trainer.net, "backprop", watched)
        return batches

    return watch
