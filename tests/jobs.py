"""Jobs of several processes, started by the mpiexec that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["OPEN_MPI", "Done", "Job", "mpiexec", "started"]

SECONDS = 60
"""In which a job ends on a machine that is busy; a job that hangs is killed then."""
OPEN_MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
"""What Open MPI wants to be told before it starts more ranks than cores, and as root."""


@dataclass
class Done:
    """How a job has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines on stderr that are xpnet's, not mpiexec's."""
        return [line for line in self.err.splitlines() if line.startswith("xpnet:")]


class Job:
    """Processes that run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def end(self) -> Done:
        """Wait for them."""
        out, err = self.process.communicate(timeout=SECONDS)
        return Done(self.process.returncode, out, err)


def mpiexec() -> str:
    """The command that starts processes; a test without it is skipped."""
    pytest.importorskip("mpi4py", reason="several processes need mpi4py: pip install 'xpnet[mpi]'")
    # that of MPICH from PyPI stands beside Python
    beside = shutil.which("mpiexec", path=Path(sys.executable).parent)
    found = beside or shutil.which("mpiexec")
    return found or pytest.skip("several processes are started by mpiexec: pip install mpich")


@contextmanager
def started(*processes: Sequence[str], cwd: Path | None = None, **variables: str) -> Iterator[Job]:
    """Processes of these arguments of Python, one each; they end with the block."""
    environ = {**os.environ, **OPEN_MPI, "OMP_NUM_THREADS": "1", **variables}
    command = [mpiexec()]
    for arguments in processes:
        command += [":"] if len(command) > 1 else []
        command += ["-n", "1", sys.executable, *arguments]
    process = subprocess.Popen(
        command,
        env={name: value for name, value in environ.items() if name != "XPNET_BACKEND"},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Job(process)
    finally:
        process.kill()
        process.communicate()
