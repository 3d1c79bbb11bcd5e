"""A command as one of several processes of a job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from xpnet.backends import set_backend
from xpnet.distributed import Communicator, init
from xpnet.distributed.alone import Alone

__all__ = ["Accumulate", "Distributed", "ending_together", "joined"]

Distributed = Annotated[
    bool,
    typer.Option(
        "--distributed",
        help="Train with the other processes of a job: mpiexec -n 4 xpnet train --distributed.",
    ),
]
Accumulate = Annotated[
    int,
    typer.Option(
        help="Parts of a batch that are worked through one after the other, in less memory."
    ),
]


def joined(distributed: bool, backend: str) -> Communicator:
    """What this process speaks through, on a backend that becomes the current one."""
    where = set_backend(backend)
    return init(where.name) if distributed else Alone()


@contextmanager
def ending_together(comm: Communicator) -> Iterator[None]:
    """A block whose error on one rank ends the processes of all, which would wait for it."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if comm.size == 1:
            raise
        comm.abort(error)
