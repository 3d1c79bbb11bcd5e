"""NCCL: what it is asked for, and what is said where it is missing or fails."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import DistributedError

KINDS = {"float32": 7, "float64": 8, "int64": 4}
"""The numbers of NCCL's types."""


class NcclError(RuntimeError):
    """CuPy's, in its place."""


class NcclCommunicator:
    """Notes its calls, and fails where it is told to."""

    fails = ""

    def __init__(self, *options: Any) -> None:
        self.made: list[tuple[Any, ...]] = []
        self._note("init", options)

    def _note(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == self.fails:
            raise NcclError("NCCL_ERROR_SYSTEM_ERROR: planted")
        self.made.append((name, *arguments))

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: self._note(name, arguments)


@pytest.fixture
def module(cupy_backend: Backend) -> Any:
    """The module, which imports CuPy."""
    return import_module("xpnet.backends.cupy_nccl")


@pytest.fixture
def nccl(module: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stands for CuPy's module of NCCL."""
    numbers = {f"NCCL_{name.upper()}": number for name, number in KINDS.items()}
    kind = type("Own", (NcclCommunicator,), {})
    stand_in = SimpleNamespace(
        available=True,
        NcclError=NcclError,
        NcclCommunicator=kind,
        NCCL_SUM=0,
        get_unique_id=lambda: b"identifier",
        **numbers,
    )
    monkeypatch.setattr(module, "load_nccl", lambda: stand_in)
    return stand_in


def test_a_group_is_made_of_the_identifier(module: Any, nccl: Any) -> None:
    group = module.NcclGroup(3, module.new_identifier(), 1)
    assert group._comm.made == [("init", 3, b"identifier", 1)]


@pytest.mark.parametrize("dtype", KINDS)
def test_arrays_are_added_up_in_place_on_the_current_stream(
    dtype: str, module: Any, nccl: Any
) -> None:
    group, stream = module.NcclGroup(2, b"", 0), module.cp.cuda.Stream()
    x = xpnet.asarray(np.zeros((2, 3)), dtype)
    with stream:
        group.all_reduce(x)
    address = x.data.ptr
    assert group._comm.made[1:] == [("allReduce", address, address, 6, KINDS[dtype], 0, stream.ptr)]


def test_arrays_are_written_over_on_the_current_stream(module: Any, nccl: Any) -> None:
    group, stream = module.NcclGroup(2, b"", 0), module.cp.cuda.Stream()
    x = xpnet.asarray(np.zeros(5), "float32")
    with stream:
        group.broadcast(x, 1)
    address = x.data.ptr
    assert group._comm.made[1:] == [("broadcast", address, address, 5, 7, 1, stream.ptr)]


def test_nothing_is_asked_for_arrays_without_entries(module: Any, nccl: Any) -> None:
    group = module.NcclGroup(2, b"", 0)
    group.all_reduce(xpnet.asarray([], "float32"))
    group.broadcast(xpnet.asarray([], "float32"), 1)
    assert len(group._comm.made) == 1


def test_a_group_is_destroyed(module: Any, nccl: Any) -> None:
    group = module.NcclGroup(2, b"", 0)
    group.destroy()
    assert group._comm.made[1:] == [("destroy",)]


@pytest.mark.parametrize(
    ("call", "act"),
    [
        ("init", lambda module, group: module.NcclGroup(2, b"", 0)),
        ("allReduce", lambda module, group: group.all_reduce(xpnet.asarray([1.0]))),
        ("broadcast", lambda module, group: group.broadcast(xpnet.asarray([1.0]), 0)),
        ("check_async_error", lambda module, group: group.check()),
    ],
)
def test_what_nccl_says_is_said_with_how_to_hear_more(
    call: str, act: Callable[..., object], module: Any, nccl: Any
) -> None:
    group = module.NcclGroup(2, b"", 0)
    nccl.NcclCommunicator.fails = call
    with pytest.raises(DistributedError, match=r"^NCCL: NCCL_ERROR_SYSTEM_ERROR: .*NCCL_DEBUG"):
        act(module, group)


def test_without_nccl_it_is_said_how_to_get_it(
    module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.cp.cuda, "nccl", SimpleNamespace(available=False), raising=False)
    with pytest.raises(DistributedError, match=r"not found: pip install nvidia-nccl-cu1\d$"):
        module.load_nccl()
