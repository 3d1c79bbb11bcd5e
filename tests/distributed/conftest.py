"""Jobs of several processes, started by the mpiexec that is installed."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from xpnet.distributed import Communicator

SECONDS = 60
"""In which a job ends on a machine that is busy; a job that hangs is killed then."""
OPEN_MPI = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}
"""What Open MPI wants to be told before it starts more ranks than cores, and as root."""
START = """
import os, signal, sys, time
import numpy as np
import xpnet
"""


@dataclass
class Done:
    """How a job has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self):
        """The lines on stderr that are xpnet's, not mpiexec's."""
        return [line for line in self.err.splitlines() if line.startswith("xpnet:")]


class Job:
    """Processes of one script."""

    def __init__(self, process):
        self.process = process

    def end(self):
        """Wait for them."""
        out, err = self.process.communicate(timeout=SECONDS)
        return Done(self.process.returncode, out, err)


@pytest.fixture
def started():
    """``with started(3, code) as job:`` starts three processes; they end with the block."""
    pytest.importorskip("mpi4py", reason="several processes need mpi4py: pip install 'xpnet[mpi]'")
    # that of MPICH from PyPI stands beside Python
    mpiexec = shutil.which("mpiexec", path=Path(sys.executable).parent) or shutil.which("mpiexec")
    if mpiexec is None:
        pytest.skip("several processes are started by mpiexec: pip install mpich")

    @contextmanager
    def start(size, code, **variables):
        environ = {**os.environ, **OPEN_MPI, "OMP_NUM_THREADS": "1", **variables}
        environ.pop("XPNET_BACKEND", None)
        command = [mpiexec, "-n", str(size), sys.executable, "-W", "error", "-c"]
        process = subprocess.Popen(
            [*command, START + dedent(code)],
            env=environ,
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

    return start


@pytest.fixture
def job(started):
    """``job(3, code)`` runs three processes of this code to their end."""

    def run(size, code, **variables):
        with started(size, code, **variables) as running:
            return running.end()

    return run


class Told(Communicator):
    """A rank whose neighbours' values are given: `others` are gathered after its own."""

    def __init__(self, *others):
        self.rank, self.size, self.local_rank = 0, 1 + len(others), 0
        self.others = others

    def gather(self, value):
        return [value, *self.others]


@pytest.fixture
def told():
    """Makes such a rank."""
    return Told
