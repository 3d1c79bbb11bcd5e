"""Where and with what something is measured, and how its threads are pinned."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info, threadpool_limits

from xpnet.bench.cuda import cuda
from xpnet.errors import OptionError

__all__ = ["cores", "installed", "machine", "pinned", "processor", "slug"]

OMP = "OMP_NUM_THREADS"
"""What libraries with OpenMP read when they are imported."""
PACKAGES = (
    *("xpnet", "numpy", "cupy-cuda12x", "cupy-cuda13x", "torch", "jax", "jaxlib"),
    *("scikit-learn", "pytest-benchmark"),
)


def processor() -> str:
    """The model of the CPU, as Linux tells it; elsewhere its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def cores() -> int:
    """How many cores this process may use."""
    return len(_affinity()) or os.cpu_count() or 1


def installed(packages: tuple[str, ...]) -> dict[str, str]:
    """The versions of those packages that are there."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@contextmanager
def pinned(threads: int) -> Iterator[None]:
    """Give every library this many threads on as many cores.

    Enter it before PyTorch or JAX are imported: they ask once how many cores there are.

    Raises
    ------
    OptionError
        The process may not use so many cores.
    """
    if not 1 <= threads <= cores():
        raise OptionError(f"threads={threads}: this process may use {cores()} cores")
    before, variable = _affinity(), os.environ.get(OMP)
    if before:
        os.sched_setaffinity(0, sorted(before)[:threads])
    os.environ[OMP] = str(threads)
    try:
        with threadpool_limits(limits=threads):
            yield
    finally:
        if before:
            os.sched_setaffinity(0, before)
        del os.environ[OMP]
        if variable is not None:
            os.environ[OMP] = variable


def machine() -> dict[str, Any]:
    """CPU, cores, BLAS with its threads, versions, GPU, commit and date.

    Examples
    --------
    >>> sorted(machine())[:4]
    ['blas', 'commit', 'cores', 'cpu']
    """
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": _commit(),
        "cpu": processor(),
        "cores": cores(),
        "blas": [_pool(pool) for pool in threadpool_info() if pool["user_api"] == "blas"],
        "gpu": cuda().described,
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": installed(PACKAGES),
    }


def slug(told: str) -> str:
    """A name for files: small letters, digits and dashes.

    Examples
    --------
    >>> slug("NVIDIA H100 80GB HBM3")
    'nvidia-h100-80gb-hbm3'
    """
    return re.sub(r"[^a-z0-9]+", "-", told.lower()).strip("-")


def _affinity() -> set[int]:
    """The cores that this process is bound to; none where the system does not tell."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _pool(pool: dict[str, Any]) -> str:
    threads = pool["num_threads"]
    kind = f"{pool['internal_api']} {pool['version']} ({pool.get('architecture', 'unknown')})"
    return f"{kind}, {threads} thread{'s' if threads > 1 else ''}"


def _commit() -> str:
    """Of the checkout that this package is imported from; "unknown" where it is installed."""
    command = ["git", "describe", "--always", "--dirty"]
    folder = Path(__file__).parents[2]
    if not (folder / ".git").exists():
        return "unknown"
    try:
        told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return told.stdout.strip()
