"""AdaGrad: results that a reader can work out."""

import math

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import AdaGrad


def test_two_steps(backend):
    optimizer, params = AdaGrad(lr=0.1, eps=1e-300), {"W": xpnet.asarray([1.0, -1.0])}
    for wanted in (0.9, 0.9 - 0.1 / math.sqrt(2)):
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(optimizer.state["h"]["W"]), [8, 8], rtol=1e-12)


def test_options_after_the_learning_rate_are_named():
    with pytest.raises(TypeError, match="positional"):
        AdaGrad(0.1, 1e-8)
