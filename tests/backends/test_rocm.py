"""CuPy for AMD's GPUs has no cuBLAS and other warps: what is written for those is left out."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import CaptureError
from xpnet.networks import TwoLayerNet
from xpnet.optimizers import SGD
from xpnet.training import Trainer


@pytest.fixture
def rocm(cupy_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """The backend as it is on ROCm, where calling cuBLAS or compiling a kernel of warps fails."""
    cublas = import_module("xpnet.backends.cublas")
    kernels = import_module("xpnet.backends.cupy_kernels")

    def refused(*_: Any) -> Any:
        raise AssertionError("not on ROCm")

    monkeypatch.setattr(cublas, "ROCM", True)
    monkeypatch.setattr(cublas, "_library", refused)
    monkeypatch.setattr(cublas, "_of_thread", type("OfThread", (), {})())
    for name in ("row_kernels", "error_kernels"):
        monkeypatch.setattr(kernels, name, refused)
    return cupy_backend


def trained(backend: str, **options: Any) -> Any:
    """The parameters after a few steps on one backend."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    with xpnet.use_backend(backend):
        net = TwoLayerNet(6, 5, 3, seed=0)
        trainer = Trainer(net, SGD(0.1), (x, t), test=(x, t), batch_size=10, seed=0, **options)
        trainer.run(iterations=8)
        return xpnet.to_numpy(net.params.flat)


@pytest.mark.filterwarnings("ignore:.*captured")
def test_training_gives_what_numpy_gives(rocm: Backend) -> None:
    np.testing.assert_allclose(trained("cupy"), trained("numpy"), rtol=1e-4, atol=1e-7)


def test_a_capture_does_its_work_once_and_says_that_it_records_nothing(rocm: Backend) -> None:
    done: list[int] = []
    with pytest.raises(CaptureError, match="not captured on ROCm"):
        rocm.capture(lambda: done.append(1))
    assert done == [1]
