"""Alone: the communicator of a process that has no other to speak to."""

from __future__ import annotations

from typing import Any, NoReturn

from xpnet.backends import Array
from xpnet.distributed.communicator import Communicator

__all__ = ["Alone"]


class Alone(Communicator):
    """One process: a sum is of its own numbers, and all ranks have what it has.

    Examples
    --------
    >>> from xpnet.distributed.alone import Alone
    >>> comm = Alone()
    >>> comm.rank, comm.size, comm.gather("ready")
    (0, 1, ['ready'])
    """

    capturable = True
    rank, size, local_rank, local_size = 0, 1, 0, 1

    def all_reduce(self, array: Array) -> None:
        """Leave an array as it is."""
        self._check_array("all_reduce", array)

    def broadcast(self, array: Array, root: int = 0) -> None:
        """Leave an array as it is."""
        self._check_root(root)
        self._check_array("broadcast", array)

    def gather(self, value: Any) -> list[Any]:
        """The one value."""
        return [value]

    def barrier(self) -> None:
        """Wait for nobody."""

    def abort(self, error: BaseException) -> NoReturn:
        """Raise the error, which ends the process."""
        raise error
