"""The handle of cuBLAS: its products, its streams and workspaces, its errors."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend
from xpnet.errors import BackendError

TOLERANCE = {"float16": 2e-2, "float32": 1e-5, "float64": 1e-13}


@pytest.fixture
def cublas(cupy_backend: Backend) -> Any:
    """The module, which imports CuPy."""
    return import_module("xpnet.backends.cublas")


class Calls:
    """A library that notes its calls, and answers with a status where one is set."""

    def __init__(self, library: Any) -> None:
        self.library, self.statuses = library, {}
        self.made: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., int]:
        def call(*arguments: Any) -> int:
            self.made.append((name, arguments))
            return self.statuses.get(name) or getattr(self.library, name)(*arguments)

        return call

    @property
    def names(self) -> list[str]:
        return [name.removeprefix("cublas") for name, _ in self.made]


@pytest.fixture
def calls(cublas: Any, monkeypatch: pytest.MonkeyPatch) -> Calls:
    """What the handles made in this test ask of cuBLAS."""
    calls = Calls(cublas._library())
    monkeypatch.setattr(cublas, "_library", lambda: calls)
    monkeypatch.setattr(cublas, "_of_thread", threading.local())
    return calls


def normal(*shape: int, dtype: str = "float32", seed: int = 0) -> Any:
    return xpnet.asarray(np.random.default_rng(seed).normal(size=shape), dtype)


def host(x: Any) -> Any:
    return xpnet.to_numpy(x)


LAYOUTS = {
    "contiguous": lambda x: x,
    "transposed": lambda x: x.T.copy().T,
    "rows of a wider matrix": lambda x: x.repeat(2, axis=1)[:, : x.shape[1]],
    "every second row": lambda x: x.repeat(2, axis=0)[::2],
    "columns of a higher matrix": lambda x: x.T.repeat(2, axis=1)[:, : x.shape[0]].T,
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("left", LAYOUTS)
@pytest.mark.parametrize("right", LAYOUTS)
def test_a_product_is_cupys_however_the_matrices_lie(
    cublas: Any, dtype: str, left: str, right: str
) -> None:
    for m, k, n in [(1, 1, 1), (5, 7, 3), (1, 7, 3), (5, 7, 1), (5, 1, 3), (33, 17, 9)]:
        a = LAYOUTS[left](normal(m, k, dtype=dtype))
        b = LAYOUTS[right](normal(k, n, dtype=dtype, seed=1))
        found, expected = cublas.product(a, b), a @ b
        assert found.dtype == expected.dtype
        tolerance = TOLERANCE[dtype]
        np.testing.assert_allclose(host(found), host(expected), tolerance, tolerance)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_a_product_is_written_over_an_array_that_fits(cublas: Any, dtype: str) -> None:
    a, b = normal(7, 5, dtype=dtype).T, normal(7, 3, dtype=dtype)
    out = normal(5, 3, dtype=dtype)
    out[...] = np.nan
    assert cublas.product(a, b, out) is out
    np.testing.assert_allclose(host(out), host(a) @ host(b), TOLERANCE[dtype], TOLERANCE[dtype])


UNFIT = {
    "another dtype": lambda a, b: normal(4, 4, dtype="float64"),
    "transposed": lambda a, b: normal(4, 4).T,
    "of a wider matrix": lambda a, b: normal(4, 8)[:, :4],
    "of the host": lambda a, b: host(normal(4, 4)),
    "of another shape": lambda a, b: normal(2, 4, 4),
    "the left": lambda a, b: a,
    "the right": lambda a, b: b,
}


@pytest.mark.parametrize("kind", UNFIT)
def test_a_product_over_an_array_that_does_not_fit_is_left_to_cupy(cublas: Any, kind: str) -> None:
    a, b = normal(4, 4), normal(4, 4, seed=1)
    assert cublas.product(a, b, UNFIT[kind](a, b)) is None


@pytest.mark.parametrize(("start", "apart"), [(0, True), (1, False), (31, False), (32, True)])
@pytest.mark.parametrize("side", [0, 1])
def test_memory_is_shared_from_the_first_entry_to_the_last(
    cublas: Any, start: int, apart: bool, side: int
) -> None:
    flat, pair = normal(48), [normal(4, 4), normal(4, 4)]
    pair[side] = flat[16:32].reshape(4, 4)
    out = flat[start : start + 16].reshape(4, 4)
    assert (cublas.product(*pair, out) is out) == apart


def test_what_cublas_cannot_do_is_done_or_refused_by_cupy(cupy_backend: Backend) -> None:
    xp = cupy_backend.xp
    ints = xpnet.asarray(np.arange(4).reshape(2, 2))
    assert host(cupy_backend.matmul(ints, ints)).tolist() == [[2, 3], [6, 11]]
    stack, matrix = normal(2, 4, 3), normal(3, 5)
    found = host(cupy_backend.matmul(stack, matrix))
    np.testing.assert_allclose(found, host(stack) @ host(matrix), 1e-5, 1e-5)
    for a, b in [(normal(2, 3), normal(2, 3)), (normal(2, 3), host(normal(3, 2)))]:
        with pytest.raises(Exception) as ours:  # noqa: PT011
            cupy_backend.matmul(a, b)
        with pytest.raises(type(ours.value)) as theirs:
            xp.matmul(a, b)
        assert str(ours.value) == str(theirs.value)


def test_each_thread_has_a_handle_of_its_own_until_it_ends(cublas: Any, calls: Calls) -> None:
    addresses, ends = [], threading.Barrier(3)
    a, b = normal(30, 20), normal(20, 10)
    expected = host(a) @ host(b)
    wrong = []

    def multiply() -> None:
        for _ in range(50):
            if not np.allclose(host(cublas.product(a, b)), expected, atol=1e-4):
                wrong.append(threading.get_ident())
        assert cublas.handle() is cublas.handle()
        addresses.append(cublas.handle()._address.value)
        ends.wait()

    threads = [threading.Thread(target=multiply) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(set(addresses)) == 3
    destroyed = [call[0].value for name, call in calls.made if name == "cublasDestroy_v2"]
    assert sorted(destroyed) == sorted(addresses)


def test_streams_alternate_each_with_its_workspace(cublas: Any, calls: Calls) -> None:
    cuda = import_module("cupy").cuda
    streams = [cuda.Stream(non_blocking=True) for _ in range(2)]
    a, b = normal(30, 20), normal(20, 10)
    xpnet.synchronize()
    results = []
    for k in (0, 0, 1, 0, 1):
        with streams[k]:
            results.append(cublas.product(a, b))
    xpnet.synchronize()
    for result in results:
        np.testing.assert_allclose(host(result), host(a) @ host(b), 1e-4, 1e-4)
    # at each change the stream, then the workspace: setting the stream resets that
    move = ["SetStream_v2", "SetWorkspace_v2"]
    expected = [*move, "GemmEx", "GemmEx", *(3 * [*move, "GemmEx"])]
    assert calls.names == ["Create_v2", *expected]
    on = [call[1].value for name, call in calls.made if name == "cublasSetStream_v2"]
    assert on == [streams[k].ptr for k in (0, 1, 0, 1)]
    given = [call[1].value for name, call in calls.made if name == "cublasSetWorkspace_v2"]
    assert given[:2] == given[2:]
    assert given[0] != given[1]
    sizes = {call[2].value for name, call in calls.made if name == "cublasSetWorkspace_v2"}
    assert sizes == {cublas.WORKSPACE} == {32 * 2**20}


def test_another_object_of_a_stream_has_its_workspace(cublas: Any, calls: Calls) -> None:
    cuda = import_module("cupy").cuda
    stream = cuda.Stream(non_blocking=True)
    for known in (stream, cuda.Stream.from_external(stream), stream):
        with known:
            cublas.product(normal(2, 2), normal(2, 2))
    given = {call[1].value for name, call in calls.made if name == "cublasSetWorkspace_v2"}
    assert len(given) == 1


def test_a_workspace_lives_as_long_as_its_stream(cublas: Any, calls: Calls) -> None:
    cuda, a = import_module("cupy").cuda, normal(2, 2)
    for _ in range(5):
        with cuda.Stream(non_blocking=True):
            cublas.product(a, a)
    cublas.product(a, a)
    gc.collect()
    assert list(cublas.handle()._workspaces) == [cuda.get_current_stream()]
    assert cublas._pool().total_bytes() <= 4 * cublas.WORKSPACE


def test_the_memory_of_a_stream_that_is_gone_is_given_back_with_what_is_unused(
    cublas: Any, cupy_backend: Backend
) -> None:
    cp = cupy_backend.xp
    cublas.product(normal(4, 3), normal(3, 2))
    cupy_backend.free_unused()
    free, _ = cp.cuda.runtime.memGetInfo()
    stream = cp.cuda.Stream(non_blocking=True)
    with stream:
        cublas.product(normal(4, 3), normal(3, 2))
    assert cp.cuda.runtime.memGetInfo()[0] <= free - cublas.WORKSPACE
    del stream
    gc.collect()
    cublas.product(normal(4, 3), normal(3, 2))  # the handle is on another stream
    cupy_backend.free_unused()
    assert cp.cuda.runtime.memGetInfo()[0] == free


def test_a_graph_can_take_the_workspace_of_its_stream(cublas: Any, calls: Calls) -> None:
    cuda, a = import_module("cupy").cuda, normal(2, 2)
    handle, stream = cublas.handle(), cuda.Stream(non_blocking=True)
    assert handle.release_workspace(stream) is None
    with stream:
        cublas.product(a, a)
        taken = handle.release_workspace(stream)
        cublas.product(a, a)
    given = [call[1].value for name, call in calls.made if name == "cublasSetWorkspace_v2"]
    assert taken.ptr == given[0]
    assert len(given) == 2
    assert given[0] != given[1]


def test_workspaces_are_not_counted_with_the_arrays(
    cublas: Any, calls: Calls, memory_pool: Any, cupy_backend: Backend
) -> None:
    a, out = normal(2, 2), normal(2, 2, seed=1)
    before = cupy_backend.pool()
    cublas.product(a, a, out)
    after = cupy_backend.pool()
    assert "SetWorkspace_v2" in calls.names
    assert (after.used, after.held) == (before.used, before.held)


class Full:
    """A pool that has room after so many refusals."""

    def __init__(self, refusals: int) -> None:
        self.refusals, self.freed = refusals, 0

    def free_all_blocks(self) -> None:
        self.freed += 1

    def malloc(self, size: int) -> Any:
        self.refusals -= 1
        if self.refusals >= 0:
            raise MemoryError("no room")
        return SimpleNamespace(ptr=2**20)


def test_room_for_a_workspace_is_made_by_freeing_what_no_array_uses(
    cublas: Any, calls: Calls, memory_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    normal(1000)  # an array that is gone: the pool keeps its block
    assert memory_pool.total_bytes() > memory_pool.used_bytes()
    full = Full(refusals=1)
    monkeypatch.setattr(cublas, "_pool", lambda: full)
    assert cublas._new_workspace().ptr == 2**20
    assert memory_pool.total_bytes() == memory_pool.used_bytes()


def test_no_room_for_a_workspace_is_a_memory_error_and_leaves_nothing_behind(
    cublas: Any, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = normal(2, 2)
    with monkeypatch.context() as patch:
        full = Full(refusals=2)
        patch.setattr(cublas, "_pool", lambda: full)
        with pytest.raises(MemoryError, match="no room"):
            cublas.product(a, a)
    assert "GemmEx" not in calls.names
    np.testing.assert_allclose(host(cublas.product(a, a)), host(a) @ host(a), 1e-5)


@pytest.mark.parametrize(
    ("call", "status", "name"),
    [
        ("cublasCreate_v2", 1, "CUBLAS_STATUS_NOT_INITIALIZED"),
        ("cublasSetStream_v2", 7, "CUBLAS_STATUS_INVALID_VALUE"),
        ("cublasSetWorkspace_v2", 7, "CUBLAS_STATUS_INVALID_VALUE"),
        ("cublasGemmEx", 13, "CUBLAS_STATUS_EXECUTION_FAILED"),
        ("cublasGemmEx", 99, "unknown status"),
    ],
)
def test_a_refusal_names_the_call_and_the_status(
    cublas: Any, calls: Calls, call: str, status: int, name: str
) -> None:
    a = normal(2, 2)
    calls.statuses[call] = status
    with pytest.raises(BackendError) as caught:
        cublas.product(a, a)
    assert str(caught.value) == f"{call}: {name} ({status})"
    calls.statuses.clear()  # and what was refused is asked again
    np.testing.assert_allclose(host(cublas.product(a, a)), host(a) @ host(a), 1e-5)


def test_a_cublas_that_is_not_found_is_an_error_with_the_remedy(
    cublas: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise RuntimeError(f"{name} is nowhere")

    monkeypatch.setattr("cuda.pathfinder.load_nvidia_dynamic_lib", fail)
    with pytest.raises(BackendError, match=r"^cuBLAS cannot be loaded: cublas is nowhere.*pip"):
        cublas._library.__wrapped__()


def test_a_cublas_that_is_too_old_is_an_error_that_names_what_it_lacks(
    cublas: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cublas, "FUNCTIONS", ("cublasGemmEx", "cublasNever"))
    with pytest.raises(BackendError, match=r"version 11 or newer.*libcublas.*no cublasNever"):
        cublas._library.__wrapped__()


def test_the_process_ends_without_an_error(cupy_backend: Backend, python: Any) -> None:
    done = python(
        "import threading, xpnet\n"
        "backend = xpnet.set_backend('cupy')\n"
        "x = xpnet.asarray([[1.0, 2.0], [3.0, 4.0]])\n"
        "thread = threading.Thread(target=backend.matmul, args=(x, x))\n"
        "thread.start(); thread.join()\n"
        "print(backend.matmul(x, x))"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_captured_product_is_the_plain_one_at_each_launch(cublas: Any, calls: Calls) -> None:
    stream = import_module("cupy").cuda.Stream(non_blocking=True)
    a, b, out = normal(30, 20), normal(20, 10), normal(30, 10)
    xpnet.synchronize()
    with stream:
        plain = host(cublas.product(a, b))
        stream.begin_capture()
        cublas.product(a, b, out)
        graph = stream.end_capture()
        workspace = cublas.handle().release_workspace(stream)
        for factor in (1.0, 2.0):
            graph.launch(stream)
            np.testing.assert_array_equal(host(out), factor * plain)
            a *= 2
    assert workspace is not None
    assert calls.names.count("GemmEx") == 2
