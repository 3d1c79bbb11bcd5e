"""Jobs of several ranks on this machine, each with one thread of BLAS, started by ``mpiexec``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from xpnet.machine import cores

__all__ = ["obstacle", "printed"]

SECONDS = 600
"""In which a job ends; one that hangs is killed then."""
VARIABLES = {
    "OMP_NUM_THREADS": "1",
    "XPNET_BACKEND": "numpy",
    # without these Open MPI does not start a job for the root of a container
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
}


def obstacle(ranks: int) -> str:
    """Why so many ranks cannot be measured here; empty where they can."""
    if find_spec("mpi4py") is None:
        return "several ranks need mpi4py: pip install 'xpnet[mpi]'"
    if _mpiexec() is None:
        return "several ranks are started by mpiexec: pip install mpich"
    if cores() < ranks:
        return f"{ranks} ranks want a core each, and this process may use {cores()}"
    return ""


def printed(ranks: int, script: Path, arguments: Sequence[str]) -> str:
    """What a job of so many ranks of a Python script prints.

    Raises
    ------
    subprocess.CalledProcessError, subprocess.TimeoutExpired
        The job has failed, or does not end.
    """
    command = [str(_mpiexec()), "-n", str(ranks), sys.executable, str(script), *arguments]
    done = subprocess.run(
        command,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **VARIABLES},
        timeout=SECONDS,
    )
    return done.stdout


def _mpiexec() -> str | None:
    # that of MPICH from PyPI stands beside Python
    return shutil.which("mpiexec", path=Path(sys.executable).parent) or shutil.which("mpiexec")
