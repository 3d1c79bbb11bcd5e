"""The GPUs of a job: one for each rank, and NCCL between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xpnet.backends import Backend
from xpnet.distributed.mpi import MpiCommunicator
from xpnet.distributed.places import Place, crowded
from xpnet.distributed.together import failure, together
from xpnet.errors import DistributedError

if TYPE_CHECKING:
    from xpnet.backends.cupy_nccl import NcclGroup

__all__ = ["join"]

PATIENCE = 5.0
"""Seconds that a rank on which NCCL fails waits for the others, whom that may leave waiting."""


def join(comm: MpiCommunicator, backend: Backend) -> NcclGroup | None:
    """Give this rank its device, and connect it with those of all ranks.

    Returns
    -------
    NcclGroup or None
        None for a job of one process, which stays on the device that is current.

    Raises
    ------
    DistributedError
        On all ranks: two would have one device, or NCCL is missing or fails on some rank.
    """
    if comm.size == 1:
        return None
    place = Place(comm.machine, comm.local_rank, tuple(backend.devices()))
    message = crowded(comm.gather(place))
    if message is not None:
        raise DistributedError(f"init: {message}", alike=True)
    together(comm, "init", lambda: backend.use_device(place.number))
    # imported late, as CuPy is
    from xpnet.backends.cupy_nccl import NcclGroup, load_nccl, new_identifier

    together(comm, "init", load_nccl)
    # NCCL's processes find each other by what rank 0 makes
    made = together(comm, "init", lambda: new_identifier() if comm.is_main else b"")
    identifier = comm.gather(made)[0]
    group: NcclGroup | None = None
    error: DistributedError | None = None
    try:
        group = NcclGroup(comm.size, identifier, comm.rank)
    except DistributedError as raised:
        error = raised
        if not comm.all_arrive(PATIENCE):
            comm.abort(raised)
    else:
        comm.all_arrive()
    found = failure("init", comm.gather(None if error is None else str(error)))
    if found is not None:
        raise found from error
    return group
