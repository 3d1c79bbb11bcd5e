"""A small batch."""

import numpy as np
import pytest

import xpnet


@pytest.fixture
def batch(backend):
    """Seven rows of four numbers, float32, and their labels 0 or 1."""
    rng = np.random.default_rng(1)
    x = xpnet.asarray(rng.normal(size=(7, 4)), "float32")
    return x, xpnet.asarray([0, 1, 1, 0, 1, 0, 0])
