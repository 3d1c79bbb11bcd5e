"""A second backend that needs no device: NumPy with sums in another order."""

from __future__ import annotations

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, load_backend
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import Adam
from xpnet.parity.training_run import TrainingRun


class Other(np.ndarray):
    """Arrays that can be told from NumPy's own."""


class OtherNumpy:
    """NumPy whose sums run from the last term, so that their rounding differs."""

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
    """NumPy that sums in float64 and rounds once."""

    @staticmethod
    def matmul(a, b, out=None):
        made = np.asarray(a, "float64") @ np.asarray(b, "float64")
        if out is None:
            return made.astype(np.result_type(a, b)).view(Other)
        out[...] = made
        return out


class WideBackend(OtherBackend):
    name, xp, device = "other", WideNumpy(), "cpu, float64 inside"


class CoarseNumpy(OtherNumpy):
    """NumPy that cuts the factors of products in float32 off, to the 11 digits of TF32."""

    @staticmethod
    def matmul(a, b, out=None):
        return OtherNumpy.matmul(as_tf32(a), as_tf32(b), out)


def as_tf32(x):
    """`x` without its last 13 binary digits."""
    x = np.array(x)
    if x.dtype == "float32":
        x.view("uint32")[...] &= 0xFFFFE000
    return x


class CoarseBackend(OtherBackend):
    name, xp, device = "other", CoarseNumpy(), "cpu, in TF32"
    has_tf32 = True


@pytest.fixture
def second(backend, restored_registry):
    """The name of the backend to compare with NumPy: the one under test, or the other NumPy."""
    if backend.name != "numpy":
        return backend.name
    xpnet.register_backend("other", OtherBackend)
    return "other"


@pytest.fixture
def wide(restored_registry):
    """The name of a backend that is more exact than NumPy."""
    xpnet.register_backend("other", WideBackend)
    return "other"


@pytest.fixture
def coarse(restored_registry):
    """The name of a backend that always computes products in TF32."""
    xpnet.register_backend("other", CoarseBackend)
    return "other"


@pytest.fixture
def tf32():
    """Products in TF32 while the test runs."""
    xpnet.set_matmul_precision("tf32")
    yield
    xpnet.set_matmul_precision("float32")


@pytest.fixture
def data():
    """Rows with zeros among them, as images have, and three classes."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 12)) * (rng.random((60, 12)) < 0.7)
    return x, rng.integers(0, 3, 60)


@pytest.fixture
def training_run(data):
    """``training_run(backend)`` trains the same network with Adam."""

    def make(name):
        with xpnet.use_backend("numpy"):
            net = TwoLayerNet(12, 8, 3, weight_init_std="he", seed=0)
        return TrainingRun(net, Adam(lr=0.01), data, load_backend(name), "float64")

    return make
