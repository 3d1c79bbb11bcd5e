"""`init`: the processes that a launcher has started become the ranks of one job."""

from __future__ import annotations

from xpnet.backends import Backend, get_backend, load_backend
from xpnet.distributed.communicator import Communicator
from xpnet.distributed.devices import join
from xpnet.distributed.mpi import MpiCommunicator, load_mpi
from xpnet.distributed.together import together
from xpnet.version import __version__

__all__ = ["init"]

_communicator: MpiCommunicator | None = None
"""That of this process: MPI is started once."""


def init(backend: str | None = None) -> Communicator:
    """Take part in the job that ``mpiexec`` or ``srun`` has started.

    All processes call it, before they make arrays. A further call returns the same communicator.
    Where no launcher has started several processes, it is one of one process.

    From then on an exception that nothing catches in one process ends all of them, with a message
    and a non-zero exit code. So does the exit of a process that others wait for.

    Parameters
    ----------
    backend : str, optional
        Whose arrays are to be sent; by default those of the current backend. With ``"cupy"`` each
        process gets a GPU of its own, by its rank on its machine, which becomes the device of
        CuPy's arrays; that is all that changes, and no other backend becomes current.

    Returns
    -------
    Communicator

    Raises
    ------
    MissingExtraError
        mpi4py or an MPI is missing.
    DistributedError
        On all ranks: their versions or backends differ; the backend cannot run on some of them;
        there are more of them on a machine than GPUs; NCCL is missing or fails.

    Examples
    --------
    In ``train.py``, started by ``mpiexec -n 4 python train.py``::

        comm = xpnet.distributed.init()
        Trainer(net, SGD(lr=0.1), (x, t), comm=comm).run(iterations=1000)
    """
    global _communicator
    if _communicator is None:
        _communicator = MpiCommunicator(load_mpi())
    comm = _communicator
    found = together(comm, "init", lambda: _backend(backend))
    comm.agree("init", _facts(found), "give every rank the same versions and the same backend")
    if found.name == "cupy" and comm.gpus is None:
        comm.gpus = join(comm, found)
    return comm


def _backend(name: str | None) -> Backend:
    return get_backend() if name is None else load_backend(name)


def _facts(backend: Backend) -> dict[str, str]:
    """What must be the same on all ranks: batches are drawn by NumPy on each of them."""
    numpy = load_backend("numpy").xp
    return {"backend": backend.name, "xpnet": __version__, "numpy": numpy.__version__}
