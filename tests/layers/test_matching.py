"""The check of a gradient against what an activation kept."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.errors import MixedBackendError, ShapeError
from xpnet.layers.matching import matching


def test_a_gradient_that_fits_gives_its_backend(backend):
    kept = xpnet.asarray(np.ones((2, 3)))
    assert matching(xpnet.asarray(np.zeros((2, 3))), kept, "Relu", "mask") is backend


def test_another_shape_is_refused_and_not_broadcast(backend):
    kept = xpnet.asarray(np.ones((2, 3)))
    with pytest.raises(ShapeError, match=r"^Tanh: dout is \(3,\), the output was \(2, 3\)"):
        matching(xpnet.asarray(np.ones(3)), kept, "Tanh", "out")


def test_another_backend_is_refused_by_the_names(backend, elsewhere):
    with pytest.raises(MixedBackendError, match=r"^Tanh: .*dout"):
        matching(elsewhere(np.ones(3)), xpnet.asarray(np.ones(3)), "Tanh", "out")
