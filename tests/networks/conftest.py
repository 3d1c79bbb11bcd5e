"""A small batch, and a second backend that every machine has."""

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, registry


class Marked(np.ndarray):
    """Arrays that can be told from NumPy's own."""


class MarkingNumpy:
    """NumPy whose functions return marked arrays."""

    def __getattr__(self, name):
        function = getattr(np, name)

        def marking(*args, **options):
            made = function(*args, **options)
            return made.view(Marked) if isinstance(made, np.ndarray) else made

        return marking


class MarkedBackend(Backend):
    name, xp, array_type, device = "marked", MarkingNumpy(), Marked, "cpu"

    def asarray(self, x, dtype=None):
        if isinstance(x, Marked) and dtype in (None, x.dtype):
            return x
        return np.array(x, dtype).view(Marked)

    def to_numpy(self, x):
        return np.array(x)


@pytest.fixture
def elsewhere(backend, monkeypatch):
    """The name of a backend that is not the one under test."""
    if backend.name != "numpy":
        return "numpy"
    for table in ("_factories", "_loaded", "_by_type"):  # what is registered here is forgotten
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))
    xpnet.register_backend("marked", MarkedBackend)
    return registry.load_backend("marked").name


@pytest.fixture
def batch(backend):
    """Seven rows of four numbers, float32, and their labels 0 or 1."""
    rng = np.random.default_rng(1)
    x = xpnet.asarray(rng.normal(size=(7, 4)), "float32")
    return x, xpnet.asarray([0, 1, 1, 0, 1, 0, 0])
