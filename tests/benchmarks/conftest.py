"""A GPU where there is none: its times mean nothing, that there are any does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from comparisons import library_case

from xpnet.backends import load_backend, use_backend
from xpnet.bench import case
from xpnet.machine import CudaDevice


class Event:
    """A CUDA event that has happened."""

    def record(self):
        pass

    def synchronize(self):
        pass


@pytest.fixture
def numpy_as_gpu(monkeypatch):
    """NumPy plays the GPU, whose clock says a millisecond of whatever it is asked."""
    numpy = load_backend("numpy")
    cuda = SimpleNamespace(Event=Event, get_elapsed_time=lambda begun, ended: 1.0)
    gpu = SimpleNamespace(synchronize=numpy.synchronize, xp=SimpleNamespace(cuda=cuda))
    for module in (case, library_case):
        monkeypatch.setattr(module, "cuda_device", lambda: CudaDevice("gpu", "some GPU"))
    monkeypatch.setattr(case, "load_backend", lambda name: gpu)
    monkeypatch.setattr(case, "use_backend", lambda name: use_backend("numpy"))
