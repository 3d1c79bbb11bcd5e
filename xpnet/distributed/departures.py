"""Ranks that have ended while others wait for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from xpnet.distributed.agreement import listed
from xpnet.errors import DistributedError

__all__ = ["Departures"]

PERIOD = 0.2
"""Seconds between two looks for ranks that have ended."""
GRACE = 1.0
"""Seconds in which all ranks of a job that is done usually end."""
TAG = 1


class Departures:
    """Ends the job if a rank has ended that another waits for.

    A process that ends by ``sys.exit`` leaves no exception to be seen, and its ranks would wait
    for ever. So each rank says at its end how many collective calls it has made. A rank that has
    made more of them waits for one that will not come; its thread here, which looks from time to
    time, finds that.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
        For this alone. Its library must admit calls from several threads.
    fail : callable
        Is given the error, and ends the job.

    Attributes
    ----------
    calls : int
        The collective calls that this rank has begun.
    """

    def __init__(self, comm: Any, fail: Callable[[DistributedError], object]) -> None:
        self.calls = 0
        self._comm, self._fail = comm, fail
        self._gone: dict[int, int] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="xpnet departures", daemon=True)
        self._thread.start()

    def leave(self) -> None:
        """Wait until all ranks end; those that do not end soon are told that this one does."""
        self._ended.set()
        self._thread.join()
        all_here = self._comm.Ibarrier()
        start, sent = time.monotonic(), list[Any]()
        while not all_here.Test():
            time.sleep(0.01)
            if not sent and time.monotonic() - start > GRACE:
                others = [rank for rank in range(self._comm.size) if rank != self._comm.rank]
                farewell = self._comm.rank, self.calls
                sent = [self._comm.isend(farewell, dest=rank, tag=TAG) for rank in others]
        self._farewells()  # what is not received might keep MPI from ending

    def _watch(self) -> None:
        while not self._ended.wait(PERIOD):
            for rank, calls in self._farewells():
                self._gone[rank] = calls
            missed = [rank for rank, calls in self._gone.items() if calls < self.calls]
            if missed:
                self._fail(
                    DistributedError(
                        f"waits for {listed(sorted(missed))}, which "
                        f"{'have' if len(missed) > 1 else 'has'} ended: all ranks must take the "
                        "same steps, and none may exit before the others"
                    )
                )
                return

    def _farewells(self) -> list[tuple[int, int]]:
        """Those that have come: of each rank that has ended, the collective calls it has made."""
        come = []
        while message := self._comm.improbe(tag=TAG):
            come.append(message.recv())
        return come
