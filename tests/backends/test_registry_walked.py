"""The registry while it is walked: factories and threads may register more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import xpnet
from xpnet.backends import Backend, NumpyBackend
from xpnet.errors import BackendError


class Brought(np.ndarray[Any, Any]):
    """Arrays of a backend that another's factory registers."""


class BroughtBackend(NumpyBackend):
    name, array_type = "brought", Brought


class Mine(np.ndarray[Any, Any]):
    """Arrays of the backend whose factory does."""


class MineBackend(NumpyBackend):
    name, array_type = "mine", Mine


def test_a_factory_may_register_another_backend(registered: None) -> None:
    def factory() -> Backend:
        raise BackendError("cannot run here")

    def registering() -> Backend:
        xpnet.register_backend("second", factory)
        raise BackendError("no device")

    xpnet.register_backend("first", registering)
    assert xpnet.available_backends()["first"] == "no device"
    assert xpnet.available_backends()["second"] == "cannot run here"


def test_an_array_is_looked_up_while_a_factory_registers_another(registered: None) -> None:
    def registering() -> Backend:
        xpnet.register_backend("brought", BroughtBackend)
        return MineBackend()

    xpnet.register_backend("mine", registering)
    assert xpnet.backend_of(np.ones(2).view(Mine)).name == "mine"
    assert xpnet.backend_of(np.ones(2).view(Brought)).name == "brought"


def test_threads_register_list_and_look_up_at_once(registered: None) -> None:
    together = threading.Barrier(64, timeout=30)

    def work(number: int) -> int:
        def factory() -> Backend:
            raise BackendError(f"backend {number} cannot run")

        together.wait()
        for k in range(4):
            xpnet.register_backend(f"{number}, {k}", factory)
            assert xpnet.available_backends()[f"{number}, {k}"] == f"backend {number} cannot run"
            own = type("Own", (np.ndarray,), {})
            assert xpnet.backend_of(np.ones(2).view(own)).name == "numpy"
        return number

    with ThreadPoolExecutor(64) as pool:
        assert sum(pool.map(work, range(64))) == sum(range(64))
    assert len(xpnet.available_backends()) == 2 + 4 * 64
