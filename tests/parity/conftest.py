"""A second backend that every machine has: NumPy that adds up in another way."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, registry


class Other(np.ndarray):
    """Arrays whose products are summed backwards, one term after another in blocks."""

    def __matmul__(self, b):
        return OtherNumpy.matmul(self, b)


class OtherNumpy:
    """NumPy whose sums run backwards, so that they round otherwise."""

    def __getattr__(self, name):
        function = getattr(np, name)

        def marking(*args, **options):
            made = function(*args, **options)
            return made.view(Other) if isinstance(made, np.ndarray) else made

        return marking

    @staticmethod
    def matmul(a, b, out=None):
        a, b = np.asarray(a), np.asarray(b)
        made = np.zeros((a.shape[0], b.shape[1]), np.result_type(a, b))
        for k in reversed(range(a.shape[1])):
            made += a[:, k : k + 1] * b[k : k + 1]
        if out is None:
            return made.view(Other)
        out[...] = made
        return out

    @staticmethod
    def sum(x, axis=None, keepdims=False, out=None):
        made = np.sum(np.flip(np.asarray(x), axis), axis=axis, keepdims=keepdims)
        if out is None:
            return np.asarray(made).view(Other)
        out[...] = made
        return out


class OtherBackend(Backend):
    name, xp, array_type, device = "other", OtherNumpy(), Other, "cpu, backwards"

    def asarray(self, x, dtype=None):
        if isinstance(x, Other) and dtype in (None, x.dtype):
            return x
        return np.array(x, dtype).view(Other)

    def to_numpy(self, x):
        return np.array(x)


class WideNumpy(OtherNumpy):
    """NumPy that adds up in float64 and rounds once."""

    @staticmethod
    def matmul(a, b, out=None):
        made = np.asarray(a, "float64") @ np.asarray(b, "float64")
        if out is None:
            return made.astype(np.result_type(a, b)).view(Other)
        out[...] = made
        return out


class WideBackend(OtherBackend):
    name, xp, device = "other", WideNumpy(), "cpu, float64 inside"


@pytest.fixture
def forgotten(monkeypatch):
    """What a test registers is forgotten after it."""
    for table in ("_factories", "_loaded", "_by_type"):
        monkeypatch.setattr(registry, table, dict(getattr(registry, table)))


@pytest.fixture
def second(backend, forgotten):
    """The name of the backend to hold against NumPy: the one under test, or another NumPy."""
    if backend.name != "numpy":
        return backend.name
    xpnet.register_backend("other", OtherBackend)
    return "other"


@pytest.fixture
def wide(forgotten):
    """The name of a backend that is more exact than NumPy."""
    xpnet.register_backend("other", WideBackend)
    return "other"


@pytest.fixture
def data():
    """Rows with zeros among them, as images have, and three classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 12)) * (rng.random((60, 12)) < 0.7)
    return x, rng.integers(0, 3, 60)
