"""The loss and the gradients of a batch are those of its rows, scaled, and clipped together."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.distributed.alone import Alone
from xpnet.training.parts import Parts
from xpnet.training.step_gradients import step_gradients

WHOLE = Parts(Alone(), accumulate=1, batch_size=1)


def test_loss_and_gradients_are_those_of_the_rows(new_net, toy):
    net, other = new_net(), new_net()
    rows = xpnet.asarray(np.array([3, 0, 7]))
    loss = step_gradients(net, toy, rows, 0.5, None, WHOLE)
    expected = other.backprop(toy[0][rows] * 0.5, toy[1][rows])
    assert float(loss) == pytest.approx(float(expected), rel=1e-6)
    found, wanted = (xpnet.to_numpy(each.grads.flat) for each in (net, other))
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)


def test_the_norm_of_all_gradients_is_limited(new_net, toy):
    net, limit = new_net(), 0.01
    step_gradients(net, toy, xpnet.asarray(np.arange(20)), None, limit, WHOLE)
    norm = np.linalg.norm(xpnet.to_numpy(net.grads.flat))
    assert norm == pytest.approx(limit, rel=1e-3)
