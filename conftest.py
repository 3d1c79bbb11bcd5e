"""What all tests share: the switch between backends, and the names in docstring examples."""

from __future__ import annotations

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

collect_ignore_glob = [] if find_spec("cupy") else ["xpnet/backends/cupy_*.py"]
"""Modules that import CuPy cannot be searched for examples where it is not installed."""

# a shared machine may be slow at any moment, and no test is about time
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

FEWEST_ON_CUPY = 2500
"""With --backend cupy fewer tests than this on CuPy are an error: something is not collected."""


def pytest_addoption(parser):
    parser.addoption(
        "--backend",
        choices=["numpy", "cupy"],
        default="numpy",
        help="cupy: run every test that takes a backend on CuPy too (needs a CUDA device)",
    )


def pytest_configure(config):
    if config.getoption("--backend") == "cupy":
        state = xpnet.available_backends()["cupy"]
        if state != "ok":
            raise pytest.UsageError(f"--backend cupy: {state}")


def pytest_generate_tests(metafunc):
    if "backend" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--backend")
        names = ["numpy"] if chosen == "numpy" else ["numpy", "cupy"]
        metafunc.parametrize("backend", names, indirect=True)


def pytest_collection_modifyitems(config, items):
    whole_suite = not config.option.file_or_dir and not config.option.keyword
    if config.getoption("--backend") == "cupy" and whole_suite:
        specs = [getattr(item, "callspec", None) for item in items]
        found = sum(spec.params.get("backend") == "cupy" for spec in specs if spec)
        if found < FEWEST_ON_CUPY:
            raise pytest.UsageError(
                f"--backend cupy: {found} tests on CuPy, wanted at least {FEWEST_ON_CUPY}"
            )


@pytest.fixture
def backend(request):
    """The backend under test, current while the test runs: `xpnet.asarray` makes its arrays."""
    with xpnet.use_backend(request.param) as current:
        yield current


@pytest.fixture(autouse=True)
def _no_leaks():
    """Fail a test that leaves the process on another backend."""
    before = xpnet.get_backend()
    yield
    assert xpnet.get_backend() is before, "the test leaves another backend behind"


@pytest.fixture(autouse=True)
def _names_in_examples(doctest_namespace):
    """What docstring examples may use without importing it."""
    doctest_namespace.update(np=np, xpnet=xpnet)
    rooms = xpnet.layers, xpnet.networks, xpnet.optimizers, xpnet.training, xpnet.gradient
    for room in rooms:
        doctest_namespace.update({name: getattr(room, name) for name in room.__all__})
