"""SGD: results that a reader can work out."""

import numpy as np

import xpnet
from xpnet.optimizers import SGD


def test_two_steps(backend):
    optimizer, params = SGD(lr=0.1), {"W": xpnet.asarray([1.0, -1.0])}
    for wanted in (0.8, 0.6):
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)


def test_it_keeps_no_state(backend):
    optimizer = SGD(lr=0.1)
    optimizer.update({"W": xpnet.asarray([1.0])}, {"W": xpnet.asarray([1.0])})
    assert optimizer.state == {}
