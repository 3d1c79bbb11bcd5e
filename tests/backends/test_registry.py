"""The registry: names of backends, and why one cannot be loaded."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, NumpyBackend, load_backend, registry
from xpnet.errors import BackendError


class Brought(np.ndarray[Any, Any]):
    """Arrays of a backend that is registered late."""


class BroughtBackend(NumpyBackend):
    name, array_type = "brought", Brought


# --- names -------------------------------------------------------------------------------


def test_an_unknown_name_is_refused_with_the_known_ones(marked: Backend) -> None:
    with pytest.raises(
        BackendError,
        match="unknown backend 'cuda': choose one of 'numpy', 'cupy', 'marked', 'auto'",
    ):
        load_backend("cuda")


@pytest.mark.parametrize("name", [None, 3, np, NumpyBackend, ["numpy"]], ids=repr)
def test_a_name_must_be_a_string(name: Any) -> None:
    with pytest.raises(BackendError, match="expected the name of a backend, such as 'numpy', got "):
        load_backend(name)


@pytest.mark.parametrize("name", ["numpy", "cupy", "auto", "marked"])
def test_a_name_that_is_taken_is_refused(marked: Backend, name: str) -> None:
    before = dict(registry._factories)
    with pytest.raises(BackendError, match=f"the backend '{name}' exists already"):
        xpnet.register_backend(name, NumpyBackend)
    assert registry._factories == before


def test_a_backend_is_the_same_object_each_time(backend: Backend) -> None:
    assert load_backend(backend.name) is backend


def test_a_backend_says_its_name_and_device(marked: Backend) -> None:
    assert repr(marked) == "<MarkedBackend 'marked' on the marked device>"


# --- factories ---------------------------------------------------------------------------


def test_a_factory_is_called_at_the_first_use_and_once(registered: None) -> None:
    calls = []

    def factory() -> Backend:
        calls.append("called")
        return BroughtBackend()

    xpnet.register_backend("brought", factory)
    assert calls == []
    first = load_backend("brought")
    with xpnet.use_backend("brought"):
        assert xpnet.get_backend() is first
    assert xpnet.available_backends()["brought"] == "ok"
    assert calls == ["called"]


def test_a_factory_is_called_once_by_threads_that_come_together(registered: None) -> None:
    together = threading.Barrier(8, timeout=30)
    calls = []

    def factory() -> Backend:
        calls.append("called")
        threading.Event().wait(0.05)  # long enough for the others to come
        return BroughtBackend()

    def load(_: int) -> Backend:
        together.wait()
        return load_backend("brought")

    xpnet.register_backend("brought", factory)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(load, range(8)))
    assert len(set(map(id, found))) == 1
    assert calls == ["called"]


def test_a_factory_that_failed_is_asked_again(registered: None) -> None:
    plugged_in = False

    def factory() -> Backend:
        if not plugged_in:
            raise BackendError("plug it in")
        return BroughtBackend()

    xpnet.register_backend("brought", factory)
    with pytest.raises(BackendError, match=r"^plug it in$"):
        load_backend("brought")
    plugged_in = True
    assert load_backend("brought").name == "brought"


def test_available_backends_says_ok_or_why_not(marked: Backend) -> None:
    def broken() -> Backend:
        raise BackendError("the cable is loose: push it in")

    xpnet.register_backend("broken", broken)
    found = xpnet.available_backends()
    assert list(found) == ["numpy", "cupy", "marked", "broken"]
    assert found["numpy"] == found["marked"] == "ok"
    assert found["broken"] == "the cable is loose: push it in"


def test_a_factory_that_fails_in_its_own_way_disturbs_nobody(marked: Backend) -> None:
    def broken() -> Backend:
        raise ImportError("no module named abacus")

    xpnet.register_backend("broken", broken)
    assert "no module named abacus" in xpnet.available_backends()["broken"]
    assert xpnet.asarray([1.0]).shape == (1,)


def test_a_backend_must_call_itself_what_it_is_registered_as(registered: None) -> None:
    xpnet.register_backend("mine", BroughtBackend)
    with pytest.raises(BackendError, match=r"expected that name, got 'brought'; set name = 'mine'"):
        load_backend("mine")


def test_two_backends_cannot_share_a_type_of_arrays(registered: None) -> None:
    class Twin(NumpyBackend):
        name = "twin"

    xpnet.register_backend("twin", Twin)
    with pytest.raises(BackendError, match="got ndarray, which are those of 'numpy'"):
        load_backend("twin")


# --- auto --------------------------------------------------------------------------------


def test_auto_is_cupy_where_it_runs(registered: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stand(BroughtBackend):
        name = "cupy"

    monkeypatch.setitem(registry._factories, "cupy", Stand)
    registry._loaded.pop("cupy", None)
    assert type(load_backend("auto")) is Stand


def test_auto_is_numpy_where_cupy_does_not_run(
    registered: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_device() -> Backend:
        raise BackendError("no device")

    monkeypatch.setitem(registry._factories, "cupy", no_device)
    registry._loaded.pop("cupy", None)
    assert load_backend("auto") is load_backend("numpy")
