"""What every rank does at once, and fails at together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from xpnet.distributed.agreement import listed
from xpnet.distributed.communicator import Communicator
from xpnet.errors import DistributedError, XpnetError

__all__ = ["failure", "together"]

T = TypeVar("T")


def together(comm: Communicator, what: str, action: Callable[[], T]) -> T:
    """What `action` returns on this rank, if it succeeds on every rank.

    Where it fails on some of them, the others would wait for them at the next collective call.

    Parameters
    ----------
    comm : Communicator
    what : str
        Whom an error names.
    action : callable
        Makes no collective call.

    Raises
    ------
    DistributedError
        On all ranks, with one message: it raised an `XpnetError` on some rank. A job of one
        process raises that itself.
    """
    error: XpnetError | None = None
    try:
        result = action()
    except XpnetError as raised:
        error = raised
    found = failure(what, comm.gather(None if error is None else str(error)))
    if error is not None and comm.size == 1:
        raise error
    if found is not None:
        raise found from error
    return result


def failure(what: str, messages: list[str | None]) -> DistributedError | None:
    """The error of ranks that failed with these messages, in their order; None where none did."""
    first = next((message for message in messages if message is not None), None)
    if first is None:
        return None
    ranks = [rank for rank, message in enumerate(messages) if message == first]
    return DistributedError(f"{what}: {listed(ranks)}: {first}", alike=True)
