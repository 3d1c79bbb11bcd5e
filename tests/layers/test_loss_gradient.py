"""The gradient of a loss, times that of what follows it."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, ShapeError
from xpnet.layers.loss_gradient import times


@pytest.mark.parametrize("dout", [1, 1.0])
def test_times_1_is_the_gradient_itself(backend, dout):
    dx = xpnet.asarray([1.0, -2.0])
    assert times(dx, dout, "Loss") is dx


@pytest.mark.parametrize("make", [float, np.float64, xpnet.asarray, int])
def test_it_multiplies_in_place_and_keeps_the_dtype(backend, make):
    dx = xpnet.asarray([1.0, -2.0], "float32")
    made = times(dx, make(3), "Loss")
    assert made is dx
    assert made.dtype == "float32"
    np.testing.assert_array_equal(xpnet.to_numpy(made), [3, -6])


def test_an_array_of_gradients_is_refused_by_the_name_of_the_layer(backend):
    with pytest.raises(ShapeError, match=r"^Loss: dout is \(2,\); the loss is one number"):
        times(xpnet.asarray([1.0, 2.0]), xpnet.asarray([1.0, 1.0]), "Loss")


def test_a_gradient_of_another_backend_is_refused(backend, elsewhere):
    with pytest.raises(MixedBackendError, match=r"^Loss: "):
        times(xpnet.asarray([1.0, 2.0]), elsewhere(np.array(2.0)), "Loss")
