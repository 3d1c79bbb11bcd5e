"""AdamW: a weight decay that does not depend on the gradient."""

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import Adam, AdamW


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_the_decay_is_the_same_whatever_the_size_of_the_gradient(backend, scale):
    start = np.linspace(-2, 2, 6).reshape(2, 3)
    decayed, plain = ({"W": xpnet.asarray(start.copy())} for _ in range(2))
    grads = {"W": xpnet.asarray(scale * np.ones((2, 3)))}
    AdamW(lr=0.1, weight_decay=0.5).update(decayed, grads)
    Adam(lr=0.1).update(plain, grads)
    found = xpnet.to_numpy(plain["W"]) - xpnet.to_numpy(decayed["W"])
    np.testing.assert_allclose(found, 0.1 * 0.5 * start, atol=1e-15)


def test_without_decay_it_is_adam(backend):
    rng = np.random.default_rng(0)
    decayed, plain = ({"W": xpnet.asarray(np.ones((2, 3)))} for _ in range(2))
    optimizers = AdamW(weight_decay=0), Adam()
    for _ in range(3):
        grads = {"W": xpnet.asarray(rng.normal(size=(2, 3)))}
        for optimizer, params in zip(optimizers, (decayed, plain), strict=True):
            optimizer.update(params, grads)
    np.testing.assert_array_equal(xpnet.to_numpy(decayed["W"]), xpnet.to_numpy(plain["W"]))
