"""What the tests of the emulated device share; its sources are no tests."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

HERE = Path(__file__).parent

collect_ignore = ["setup.py", "cudaemu_first_import.py", "building", "cudaemu", "ranks"]


def pytest_configure(config):
    config.addinivalue_line("markers", "devices(n): runs where there are n emulated devices")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """A test of several devices has a thread of its own: CuPy counts devices once in each."""
    marker = pyfuncitem.get_closest_marker("devices")
    if marker is None:
        return None
    cudaemu = importlib.import_module("cudaemu")
    names = pyfuncitem._fixtureinfo.argnames
    given = {name: pyfuncitem.funcargs[name] for name in names}
    with cudaemu.settings(devices=marker.args[0]), ThreadPoolExecutor(1) as thread:
        thread.submit(pyfuncitem.obj, **given).result()
    return True


@pytest.fixture(scope="session")
def cp():
    """CuPy, on the emulated device; without it, the test is skipped."""
    return importlib.import_module("cupy")


@pytest.fixture
def stream(cp):
    """A stream that does not hold up the null stream while it captures."""
    stream = cp.cuda.Stream(non_blocking=True)
    yield stream
    with contextlib.suppress(cp.cuda.runtime.CUDARuntimeError):
        stream.end_capture()  # of a test that failed: it would disturb the next ones


@pytest.fixture
def refused(cp):
    """Expect an error of the runtime: `refused("StreamCaptureUnjoined")`."""

    def refused(why):
        return pytest.raises(cp.cuda.runtime.CUDARuntimeError, match=f"cudaError{why}:")

    return refused


@pytest.fixture
def ends_invalidated(refused):
    """End the capture of a stream in vain; then the stream can be used again."""

    def ends_invalidated(stream):
        with refused("StreamCaptureInvalidated"):
            stream.end_capture()
        assert not stream.is_capturing()
        stream.synchronize()

    return ends_invalidated


@pytest.fixture
def no_garbage():
    """Python's collector frees device memory when it likes: an error beside some captures."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def captured(stream):
    """Capture what a function gives to `stream`: a graph."""

    def captured(body, *arguments):
        with stream:
            stream.begin_capture()
            body(*arguments)
            return stream.end_capture()

    return captured


@pytest.fixture
def nccl(cp):
    """CuPy's wrapper of NCCL."""
    return importlib.import_module("cupy.cuda.nccl")


@pytest.fixture
def nccl_refuses(nccl):
    """Expect an error of NCCL's: `nccl_refuses("REMOTE_ERROR")`."""

    def nccl_refuses(why):
        return pytest.raises(nccl.NcclError, match=f"NCCL_ERROR_{why}:")

    return nccl_refuses


@pytest.fixture(scope="session")
def building():
    """The package of the steps of setup.py, which is on no path, so that nothing else meets it."""
    name = "building_of_cudaemu"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "building" / "__init__.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
