"""RMSProp: results that a reader can work out."""

import math

import numpy as np
import pytest

import xpnet
from xpnet.optimizers import RMSProp


def test_two_steps(backend):
    optimizer = RMSProp(lr=0.1, decay=0.75, eps=1e-300)
    params = {"W": xpnet.asarray([1.0, -1.0])}
    for wanted in (0.8, 0.8 - 0.2 / math.sqrt(1.75)):
        optimizer.update(params, {"W": xpnet.asarray([2.0, -2.0])})
        np.testing.assert_allclose(xpnet.to_numpy(params["W"]), [wanted, -wanted], rtol=1e-12)
    np.testing.assert_allclose(xpnet.to_numpy(optimizer.state["h"]["W"]), [1.75] * 2, rtol=1e-12)


def test_what_is_left_of_a_decay_near_1_keeps_its_digits(backend):
    optimizer, params = RMSProp(decay=0.999), {"W": xpnet.asarray([0.0], "float32")}
    optimizer.update(params, {"W": xpnet.asarray([1.0], "float32")})
    # 1 - float32(0.999) would be off in the fifth digit
    np.testing.assert_allclose(xpnet.to_numpy(optimizer.state["h"]["W"]), 0.001, rtol=1e-7)


def test_options_after_the_learning_rate_are_named():
    with pytest.raises(TypeError, match="positional"):
        RMSProp(0.1, 0.9)
