"""What all tests share: the switch between backends, and the names in docstring examples."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import hypothesis
import numpy as np
import pytest

import xpnet
import xpnet.gradient
import xpnet.layers
import xpnet.networks
import xpnet.optimizers
import xpnet.training
from xpnet.machine import cuda_device

collect_ignore_glob = [] if find_spec("cupy") else ["xpnet/backends/cu*.py"]
"""Modules that import CuPy cannot be searched for examples where it is not installed; nor can the
examples of those that need Pillow run without it, or be searched where scikit-learn is missing."""
if not find_spec("PIL"):
    collect_ignore_glob += ["xpnet/datasets/images.py", "xpnet/cli/preview.py"]
if not find_spec("sklearn"):
    collect_ignore_glob += ["xpnet/sklearn/*"]

# a shared machine may be slow at any moment, and no test is about time
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

FEWEST_ON_CUPY = 3100
"""With --backend cupy fewer tests than this on CuPy are an error: something is not collected."""


def pytest_addoption(parser):
    parser.addoption(
        "--backend",
        choices=["numpy", "cupy"],
        default="numpy",
        help="cupy: run every test that takes a backend on CuPy too (needs a CUDA device, "
        "which may be emulated)",
    )
    parser.addoption(
        "--quick", action="store_true", help="leave out the files and folders that are slow"
    )
    parser.addini("slow", "files and folders that --quick leaves out", type="paths")


def pytest_ignore_collect(collection_path, config):
    """With --quick slow files are not even imported, which takes as long as all the others."""
    quick = config.getoption("--quick")
    return True if quick and collection_path in config.getini("slow") else None


NO_DEVICE = """--backend cupy: {state}
On a machine with a GPU:
    pip install 'xpnet[cuda12]'    (or 'xpnet[cuda13]', whichever fits the driver)
On a machine without one, CuPy on an emulated device:
    python tests/cudaemu/setup.py .cudaemu
    .cudaemu/bin/pytest --backend cupy"""


def pytest_configure(config):
    config.addinivalue_line("markers", "emulated: needs the emulated CUDA device (tests/cudaemu)")
    config.addinivalue_line("markers", "one_backend: about no array, so that NumPy alone will do")
    if config.getoption("--backend") == "cupy":
        state = xpnet.available_backends()["cupy"]
        if state != "ok":
            raise pytest.UsageError(NO_DEVICE.format(state=state))


def emulated(config):
    """Whether the tests on CuPy run on the emulated device (tests/cudaemu), not on a GPU."""
    return config.getoption("--backend") == "cupy" and cuda_device().kind == "emulated"


def wants_the_emulated_device(item):
    """Whether a test is about the emulated device, by its mark or by a fixture."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("emulated") or fixtures & {"cudaemu", "cp", "device_counts"}


def pytest_report_header(config):
    if config.getoption("--backend") == "numpy":
        return (
            f"backend: numpy {np.__version__} (--backend cupy runs everything on CuPy too, and "
            "the tests of an emulated CUDA device: see CONTRIBUTING.md)"
        )
    with xpnet.use_backend("cupy") as backend:
        return f"backend: cupy {backend.xp.__version__} on {backend.device}"


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--backend")
        alone = chosen == "numpy" or metafunc.definition.get_closest_marker("one_backend")
        names = ["numpy"] if alone else ["numpy", "cupy"]
        metafunc.parametrize("backend", names, indirect=True)


def pytest_collection_modifyitems(config, items):
    if not emulated(config):
        wanting = [item for item in items if wants_the_emulated_device(item)]
        if config.getoption("--backend") == "numpy":  # the header says so
            items[:] = [item for item in items if not wants_the_emulated_device(item)]
            config.hook.pytest_deselected(items=wanting)
        reason = "counters and settings belong to the emulated CUDA device; this is a GPU"
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=reason))
    chosen = config.option.file_or_dir, config.option.keyword, config.option.markexpr
    whole_suite = not any(chosen) and not config.getoption("--quick")
    if config.getoption("--backend") == "cupy" and whole_suite:
        specs = [getattr(item, "callspec", None) for item in items]
        found = sum(spec.params.get("backend") == "cupy" for spec in specs if spec)
        if found < FEWEST_ON_CUPY:
            raise pytest.UsageError(
                f"--backend cupy: expected at least {FEWEST_ON_CUPY} tests on CuPy, got {found}"
            )


@pytest.fixture
def backend(request):
    """The backend under test, current while the test runs: `xpnet.asarray` makes its arrays."""
    with xpnet.use_backend(request.param) as current:
        yield current


@pytest.fixture(scope="session")
def cudaemu():
    """The package of the emulated device, with its settings; without it, the test is skipped."""
    return import_module("cudaemu")


@pytest.fixture(scope="session", autouse=True)
def _guarded_memory(request):
    """On the emulated device every array is an allocation of its own that ends at a guard page.

    An access behind the end of an array fails its launch then. CuPy's pool cuts arrays out of
    larger blocks, where such an access stays unseen; a test that is about the pool takes
    the fixture `memory_pool`.
    """
    if not emulated(request.config):
        yield
        return
    import cudaemu
    import cupy

    cupy.cuda.set_allocator(None)
    with cudaemu.settings(guard=True):
        yield
    cupy.cuda.set_allocator(cupy.get_default_memory_pool().malloc)


@pytest.fixture
def memory_pool(request, monkeypatch):
    """A fresh pool that is CuPy's default one while the test runs; None without CuPy."""
    if request.config.getoption("--backend") != "cupy":
        yield None
        return
    with xpnet.use_backend("cupy") as backend:
        cupy = backend.xp
    pool = cupy.cuda.MemoryPool()
    with monkeypatch.context() as patched:
        patched.setattr(cupy, "_default_memory_pool", pool)
        # a slab for losses that other tests have used up would be asked for in the midst of a test
        patched.setattr(backend, "_slab", (None, []))
        with cupy.cuda.using_allocator(pool.malloc):
            yield pool
    pool.free_all_blocks()  # a pool that dies keeps them from the driver


@pytest.fixture(autouse=True)
def _no_leaks():
    """Fail a test that leaves the process on another backend."""
    before = xpnet.get_backend()
    yield
    assert xpnet.get_backend() is before, "the test leaves another backend behind"


@pytest.fixture(autouse=True)
def _examples(request, doctest_namespace):
    """What docstring examples may use without importing it; files they write go to a new folder."""
    if isinstance(request.node, pytest.DoctestItem):
        folder = request.getfixturevalue("tmp_path")
        request.getfixturevalue("monkeypatch").chdir(folder)
    doctest_namespace.update(np=np, xpnet=xpnet)
    packages = xpnet.layers, xpnet.networks, xpnet.optimizers, xpnet.training, xpnet.gradient
    for package in packages:
        doctest_namespace.update({name: getattr(package, name) for name in package.__all__})
