"""Whether this process needs the emulator, and how it comes in between.

CuPy's files stay as they are. The emulated libraries are loaded under NVIDIA's names, so that
every later look-up finds them, and the modules of CuPy that have NVIDIA's runtime inside are
taken from the folder overlay/ beside this file.
"""

from __future__ import annotations

import ctypes
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from cudaemu import device, generator

_HERE = Path(__file__).parent
_OVERLAY = _HERE / "overlay"


class Overlay:
    """Finds the rebuilt modules before anyone finds the wheel's."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith("cupy"):
            return None
        if name == generator.MODULE:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            if spec and spec.origin:
                spec.loader = generator.Loader(name, spec.origin)
            return spec
        file = str(_OVERLAY / f"{name}.so")
        if not os.path.exists(file):  # noqa: PTH110
            return None
        loader = importlib.machinery.ExtensionFileLoader(name, file)
        return importlib.util.spec_from_file_location(name, file, loader=loader)


def gpu_is_there() -> bool:
    """Whether a CUDA driver on this machine counts a device."""
    try:
        driver = ctypes.CDLL("libcuda.so.1")
    except OSError:
        return False
    count = ctypes.c_int()
    return (
        driver.cuInit(0) == 0
        and driver.cuDeviceGetCount(ctypes.byref(count)) == 0
        and count.value > 0
    )


def wanted() -> bool:
    """What CUDAEMU says, or else whether there is no GPU."""
    said = os.environ.get("CUDAEMU", "")
    if said not in ("", "0", "1"):
        raise ImportError(
            f"CUDAEMU is {said!r}: set it to 1 (emulate), 0 (never), or leave it unset "
            "(emulate where there is no GPU)"
        )
    return said == "1" or (said == "" and not gpu_is_there())


def caches() -> dict[str, str]:
    """Folders for compiled kernels, of the emulator alone.

    CuPy finds a binary by its source and options, which are the same on a GPU and for another
    build of the emulator: its folder has the hash of this build in its name.
    """
    installed = json.loads((_HERE / "installed.json").read_text())
    cache = Path(installed["cache"])
    return {
        "CUPY_CACHE_DIR": str(cache / f"cupy-kernels-{installed['binaries']}"),
        "CUDAEMU_CACHE_DIR": str(cache / "kernels"),
    }


def numpy_blas() -> str:
    """NumPy's own OpenBLAS, for the matrix products; nothing if this NumPy has none inside."""
    found = importlib.util.find_spec("numpy")
    beside = Path(found.origin).parents[1] / "numpy.libs" if found and found.origin else Path()
    return next(map(str, sorted(beside.glob("libscipy_openblas64_*"))), "")


def activate() -> None:
    """Bring the emulator into this process; a second call does nothing.

    Raises
    ------
    RuntimeError
        CuPy has been imported without it.
    """
    if device.active():
        return
    if "cupy_backends.cuda.api.runtime" in sys.modules:
        raise RuntimeError(
            "cupy has been imported without the emulator: set CUDAEMU=1 before the first import"
        )
    os.environ.update(caches())
    os.environ.setdefault("CUDAEMU_BLAS", numpy_blas())
    device.load()
    sys.meta_path.insert(0, Overlay)


def decide() -> None:
    """What happens at the first import of CuPy."""
    if device.active():
        return  # activate() was called before; the driver that is loaded is the emulator's
    if wanted():
        activate()
    elif os.environ.get("CUPY_CACHE_DIR") == caches()["CUPY_CACHE_DIR"]:
        del os.environ["CUPY_CACHE_DIR"]  # inherited from an emulated process; this one is none
