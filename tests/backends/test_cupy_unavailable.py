"""What stands in CuPy's way is told apart, each with its remedy; who does not ask pays nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Python = Callable[..., Any]
Write = Callable[[str], str]

STATE = "import xpnet; print(xpnet.available_backends()['cupy'])"
NOT_INSTALLED = "import sys; sys.modules['cupy'] = None\n"  # find_spec finds nothing then

# as much of CuPy as xpnet touches before it asks for a device
STUB = """
__version__ = "14.2.0"

class ndarray: ...

class ElementwiseKernel:
    def __init__(self, *source): ...

class cuda:
    class runtime:
        is_hip = False

        class CUDARuntimeError(RuntimeError): ...

        @staticmethod
        def getDeviceCount():
            {answer}
"""
NO_DRIVER = "raise cuda.runtime.CUDARuntimeError('cudaErrorInsufficientDriver: driver too old')"


@pytest.fixture
def cupy(tmp_path: Path) -> Write:
    """Makes this source the package cupy of a new Python; returns its PYTHONPATH."""

    def write(source: str) -> str:
        (tmp_path / "cupy").mkdir()
        (tmp_path / "cupy" / "__init__.py").write_text(source)
        return os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])

    return write


def test_not_installed_names_the_packages_to_install(python: Python) -> None:
    assert python(NOT_INSTALLED + STATE).stdout == (
        "cupy is not installed: pip install 'xpnet[cuda12]' for a CUDA 12 driver, "
        "'xpnet[cuda13]' for CUDA 13\n"
    )


def test_installed_without_a_driver_gives_the_reason_of_cuda(python: Python, cupy: Write) -> None:
    path = cupy(STUB.format(answer=NO_DRIVER))
    assert python(STATE, PYTHONPATH=path).stdout == (
        "cupy 14.2.0 is installed, but no CUDA device: cudaErrorInsufficientDriver: driver too "
        "old. Check the driver with nvidia-smi, or use the backend 'numpy'\n"
    )


def test_installed_with_no_device_counted_says_so(python: Python, cupy: Write) -> None:
    path = cupy(STUB.format(answer="return 0"))
    assert python(STATE, PYTHONPATH=path).stdout == (
        "cupy 14.2.0 is installed, but no CUDA device: the CUDA runtime counts 0 devices. "
        "Check the driver with nvidia-smi, or use the backend 'numpy'\n"
    )


def test_installed_but_broken_gives_the_import_error(python: Python, cupy: Write) -> None:
    path = cupy("raise ImportError('libnvrtc.so.12: cannot open shared object file')")
    assert python(STATE, PYTHONPATH=path).stdout == (
        "cupy is installed, but cannot be imported: libnvrtc.so.12: cannot open shared object "
        "file. Install it again with pip install 'xpnet[cuda12]' or 'xpnet[cuda13]', whichever "
        "fits the driver\n"
    )


@pytest.mark.parametrize("ask", ["xpnet.set_backend('cupy')", "xpnet.asarray([1], backend='cupy')"])
def test_who_asks_for_cupy_gets_the_reason_and_no_silent_numpy(python: Python, ask: str) -> None:
    done = python(f"{NOT_INSTALLED}import xpnet\n{ask}")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    what = "xpnet.errors.BackendNotInstalledError: cupy is not installed: pip install"
    assert last.startswith(what)


def test_auto_is_numpy_where_cupy_has_no_device(python: Python, cupy: Write) -> None:
    path = cupy(STUB.format(answer="return 0"))
    code = "import xpnet; print(xpnet.set_backend('auto').name)"
    assert python(code, PYTHONPATH=path).stdout == "numpy\n"


@pytest.mark.parametrize(
    "code",
    [
        "import xpnet",
        "import xpnet.layers, xpnet.networks, xpnet.optimizers, xpnet.gradient",
        "import xpnet; xpnet.backend_of(xpnet.asarray([1.0])); xpnet.to_numpy([1])",
    ],
)
def test_nothing_slow_is_imported_before_it_is_asked_for(python: Python, code: str) -> None:
    slow = "{'cupy', 'rich', 'typer', 'matplotlib'}"
    # a .pth file of the environment may import things too: count what came since
    done = python(
        f"import sys; before = set(sys.modules)\n{code}\n"
        f"print(sorted({slow} & (set(sys.modules) - before)))"
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_list_is_refused_without_an_import_of_cupy(python: Python) -> None:
    done = python(
        "import sys, xpnet\n"
        "try:\n    xpnet.backend_of([1.0])\n"
        "except TypeError:\n    print('cupy' in sys.modules)"
    )
    assert done.stdout == "False\n"
