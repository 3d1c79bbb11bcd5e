"""What the tests of the emulated device share; its sources are no tests."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

collect_ignore = ["setup.py", "cudaemu_first_import.py", "building", "cudaemu"]


@pytest.fixture(scope="session")
def cp():
    """CuPy, on the emulated device; without it, the test is skipped."""
    return importlib.import_module("cupy")


@pytest.fixture(scope="session")
def building():
    """The package of the steps of setup.py, which is on no path, so that nothing else meets it."""
    name = "building_of_cudaemu"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "building" / "__init__.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
