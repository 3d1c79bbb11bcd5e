"""Facts of this machine: processor, cores, threads of BLAS, CUDA device, versions."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from threadpoolctl import threadpool_info, threadpool_limits

from xpnet.backends import available_backends, load_backend
from xpnet.errors import OptionError

__all__ = [
    "PACKAGES",
    "CudaDevice",
    "cores",
    "cuda_device",
    "facts",
    "installed",
    "processor",
    "use_threads",
]

OMP = "OMP_NUM_THREADS"
"""What libraries with OpenMP read when they are imported."""
PACKAGES = "xpnet", "numpy", "cupy-cuda12x", "cupy-cuda13x"
"""Those whose versions decide a time."""


@dataclass(frozen=True)
class CudaDevice:
    """The CUDA device that CuPy uses.

    Attributes
    ----------
    kind : "gpu", "emulated" or "none"
        The tests' emulator runs CuPy on the CPU: its times say nothing of a GPU.
    description : str
        The device, or why there is none.
    """

    kind: Literal["gpu", "emulated", "none"]
    description: str


def cuda_device() -> CudaDevice:
    """Look for a CUDA device."""
    state = available_backends()["cupy"]
    if state != "ok":
        return CudaDevice("none", f"no CUDA device ({state})")
    device = load_backend("cupy").device
    # the emulator is a package of its own, installed in the tests' environment alone
    if find_spec("cudaemu") and import_module("cudaemu").active():
        return CudaDevice("emulated", f"emulated: {device}")
    return CudaDevice("gpu", device)


def processor() -> str:
    """The model of the CPU on Linux; elsewhere its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def cores() -> int:
    """How many cores this process may use."""
    return len(_affinity()) or os.cpu_count() or 1


def installed(packages: tuple[str, ...]) -> dict[str, str]:
    """The versions of those packages that are installed."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def use_threads(count: int) -> Iterator[None]:
    """Give every library `count` threads, and this process as many cores.

    Enter it before PyTorch or JAX is imported: they read the number of cores once.

    Parameters
    ----------
    count : int
        From 1 to `cores`.

    Raises
    ------
    OptionError
        The process may not use so many cores.

    Examples
    --------
    >>> with use_threads(1):
    ...     cores()
    1
    """
    if not 1 <= count <= cores():
        raise OptionError(
            f"threads={count}: expected a number from 1 to {cores()}, the cores that this process "
            "may use"
        )
    before, variable = _affinity(), os.environ.get(OMP)
    if before:
        os.sched_setaffinity(0, sorted(before)[:count])
    os.environ[OMP] = str(count)
    try:
        with threadpool_limits(limits=count):
            yield
    finally:
        if before:
            os.sched_setaffinity(0, before)
        del os.environ[OMP]
        if variable is not None:
            os.environ[OMP] = variable


def facts(packages: tuple[str, ...] = PACKAGES) -> dict[str, Any]:
    """What decides a time: date, CPU, cores, BLAS with its threads, GPU, versions.

    Parameters
    ----------
    packages : tuple of str
        Those whose versions are listed, where they are installed.

    Returns
    -------
    dict
        Of JSON's types.

    Examples
    --------
    >>> sorted(facts())[:4]
    ['blas', 'cores', 'cpu', 'date']
    """
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "cpu": processor(),
        "cores": cores(),
        "blas": [_blas(pool) for pool in threadpool_info() if pool["user_api"] == "blas"],
        "gpu": cuda_device().description,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": installed(packages),
    }


def _affinity() -> set[int]:
    """The cores that this process is bound to; none where the system does not say."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _blas(pool: dict[str, Any]) -> str:
    threads = pool["num_threads"]
    kind = f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', 'unknown')})"
    return f"{kind}, {threads} thread{'s' if threads > 1 else ''}"
