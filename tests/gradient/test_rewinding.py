"""Rewinding: buffers go back to where they were, whatever happened since."""

import numpy as np
import pytest

import xpnet
from xpnet.gradient.rewinding import Rewinding
from xpnet.layers import BatchNorm, Relu


def test_buffers_are_put_back_in_place(backend):
    layer, x = BatchNorm(2), xpnet.asarray([[1.0, 2.0], [3.0, 5.0]])
    mean = layer.running_mean
    buffers = Rewinding([Relu(), layer])
    for _ in range(2):
        layer.forward(x)
        assert float(mean[0]) > 0.1
        buffers.rewind()
        assert layer.running_mean is mean
        assert xpnet.to_numpy(mean).tolist() == [0, 0]


def test_they_are_put_back_when_a_check_raises():
    layer = BatchNorm(2)
    layer.backward = lambda dout: 1 / 0

    def check():
        with Rewinding([layer]):
            layer.backward(layer.forward(np.array([[1.0, 2.0], [3.0, 5.0]])))

    with pytest.raises(ZeroDivisionError):
        check()
    assert layer.running_mean.tolist() == [0, 0]
