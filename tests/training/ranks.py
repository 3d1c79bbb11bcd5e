"""Ranks for tests: threads of one process that add arrays up as processes do over MPI."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import xpnet
from xpnet.distributed import Communicator


class Meeting:
    """Where so many threads meet: each brings a value and gets those of all, in their order."""

    def __init__(self, size: int) -> None:
        self.brought: list[Any] = [None] * size
        self.barrier = threading.Barrier(size, timeout=60)

    def exchange(self, rank: int, value: Any) -> list[Any]:
        self.brought[rank] = value
        self.barrier.wait()
        values = list(self.brought)
        self.barrier.wait()
        return values


class Thread(Communicator):
    """One of the ranks; it counts what it sends."""

    def __init__(self, rank: int, size: int, meeting: Meeting) -> None:
        self.rank = self.local_rank = rank
        self.size = self.local_size = size
        self.reduced: list[int] = []
        self._meeting = meeting

    def all_reduce(self, array: Any) -> None:
        backend = self._check_array("all_reduce", array)
        self.reduced.append(int(array.size))
        total = sum(self._meeting.exchange(self.rank, array.copy()))
        array[...] = backend.asarray(total, array.dtype)

    def gather(self, value: Any) -> list[Any]:
        # as processes do, so that nobody holds an object of another
        return list(map(pickle.loads, self._meeting.exchange(self.rank, pickle.dumps(value))))

    def barrier(self) -> None:
        self._meeting.exchange(self.rank, None)


def on_ranks(size: int, work: Callable[[Communicator], Any]) -> list[Any]:
    """What `work` gives on each of so many ranks; an exception of one ends all, and is raised."""
    meeting, backend = Meeting(size), xpnet.get_backend().name

    def run(rank: int) -> Any:
        try:
            with xpnet.use_backend(backend):
                return work(Thread(rank, size, meeting))
        except BaseException:
            meeting.barrier.abort()
            raise

    with ThreadPoolExecutor(size) as pool:
        futures = [pool.submit(run, rank) for rank in range(size)]
    errors = [error for future in futures if (error := future.exception()) is not None]
    for error in errors:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    return [future.result() for future in futures]
