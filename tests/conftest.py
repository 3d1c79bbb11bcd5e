"""What several folders share: a second backend that every machine has, a new Python, memory that
runs out, and what is counted on the emulated device.
"""

import contextlib
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

import xpnet
from xpnet.backends import Backend, registry
from xpnet.machine import cuda_device

from .device_counts import DeviceCounts, why_uncounted

NOBODY = 65534
"""A user who owns nothing."""
FLAGS = (
    "headless=new no-sandbox disable-gpu disable-quic no-first-run disable-background-networking "
    "disable-component-update disable-sync"
)
"""Of the browser."""


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
def restored_registry():
    """The registry of backends, restored after the test."""
    tables = registry._factories, registry._loaded, registry._by_type
    before = [dict(table) for table in tables]
    yield
    for table, content in zip(tables, before, strict=True):
        table.clear()
        table.update(content)


@pytest.fixture
def elsewhere(request, restored_registry):
    """The name of a backend that is not the one under test."""
    if "backend" in request.fixturenames and request.getfixturevalue("backend").name != "numpy":
        return "numpy"
    xpnet.register_backend("marked", MarkedBackend)
    return registry.load_backend("marked").name


def called_again(backend, body):
    """Stands for a capture where there is none: its replay is another call."""
    body()
    return body


@pytest.fixture
def capturing(backend, monkeypatch):
    """The backend under test captures steps: CuPy does, others get a stand-in."""
    if type(backend).capture is Backend.capture:
        monkeypatch.setattr(type(backend), "capture", called_again)
    return backend


@pytest.fixture
def python():
    """Runs code in a new Python, with variables of the environment set or, by None, taken away."""

    def run(code, **variables):
        environ = {**os.environ, "XPNET_BACKEND": None, **variables}
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={name: value for name, value in environ.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def nobody():
    """``with nobody(): ...`` is bound by the permissions of files, which root is not.

    ``nobody.folder`` is one that it can reach; tmp_path is closed to all but its owner.
    """
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs root, to make files of one user and to be another")
    try:
        os.seteuid(NOBODY)
    except PermissionError:
        pytest.skip("this root may not become another user")
    os.seteuid(0)

    @contextlib.contextmanager
    def become():
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
            os.setegid(0)

    with tempfile.TemporaryDirectory() as folder:
        become.folder = Path(folder)
        become.folder.chmod(0o755)
        yield become


@pytest.fixture
def run_out(monkeypatch):
    """``run_out(backend, name)`` makes a primitive run out of memory, until ``undo()``."""

    def make(backend, name):
        def fail(*args):
            raise MemoryError("no room")

        monkeypatch.setattr(backend, name, fail)
        return monkeypatch.undo

    return make


@pytest.fixture
def little_memory(backend, memory_pool):
    """A device with 64 MB more than is in use now, shared out by a pool, as a user's is."""
    if backend.name != "cupy" or cuda_device().kind != "emulated":
        pytest.skip("needs the emulated device, whose memory can be set")
    import cudaemu

    gc.collect()
    free, total = backend.xp.cuda.runtime.memGetInfo()
    with cudaemu.settings(memory=total - free + 64_000_000):
        yield


@pytest.fixture
def device_counts(request, memory_pool):
    """``with device_counts() as counts:`` counts what the block asks of the emulated device.

    CuPy is current while the test runs, with a memory pool of its own: what it hands out again
    was not asked of the driver.
    """
    reason = why_uncounted(request.config.getoption("--backend"))
    if reason:
        pytest.skip(reason)
    with xpnet.use_backend("cupy"):
        yield DeviceCounts


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    """A browser that all tests of pages share, where one is installed."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium drives the browser")
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    helper = shutil.which("chromedriver")
    if not (browser and helper):
        pytest.skip("the page is opened in chromium by chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in FLAGS.split():
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('browser')}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(executable_path=helper)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()
