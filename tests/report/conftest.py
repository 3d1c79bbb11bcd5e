"""Small trainers on square pictures, and the extra that a report needs."""

import numpy as np
import pytest

import xpnet
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer


@pytest.fixture
def pictures(backend):
    """Makes (x, t): pictures of 5 x 5 pixels, bright in the row of their class."""

    def make(rows=40, classes=3, seed=0):
        rng = np.random.default_rng(seed)
        t = rng.integers(0, classes, rows)
        x = rng.integers(0, 120, (rows, 25)).astype("uint8")
        for picture, label in zip(x, t, strict=True):
            picture[5 * (label % 5) : 5 * (label % 5) + 5] += 100
        return xpnet.asarray(x), xpnet.asarray(t)

    return make


@pytest.fixture
def new_trainer(pictures):
    """Makes trainers on pictures; what they are not told has a test set of other pictures."""

    def make(train=None, test="others", net=None, hidden=6, classes=3, **options):
        train = train or pictures(classes=classes)
        test = pictures(classes=classes, seed=1) if test == "others" else test
        net = net or TwoLayerNet(int(train[0].shape[1]), hidden, classes, 0.1, seed=0)
        options = {"batch_size": 10, "scale": 1 / 255, "progress": False, **options}
        return Trainer(net, SGD(lr=0.1), train, test=test, **options)

    return make


@pytest.fixture
def extra():
    """Skips where what a report needs is not installed."""
    for library in ("jinja2", "matplotlib"):
        pytest.importorskip(library, reason="reports need the extra 'report'")
