"""Parts: a batch that several processes share, or that one works through piece by piece."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, NamedTuple

from xpnet.backends import Array
from xpnet.checks import whole_number
from xpnet.distributed import Communicator, share
from xpnet.errors import OptionError
from xpnet.layers.part import WHOLE, Part
from xpnet.networks import Network
from xpnet.networks.buffers import floating_buffers

__all__ = ["Parts"]


class Parts:
    """The parts in which batches are worked through.

    The gradient of a mean over n rows is the sum of those over its parts, each times its share of
    the n rows: so ranks and parts give that of the whole batch, up to rounding. One all-reduce
    brings it together, with the loss, and with the means that layers keep.

    Parameters
    ----------
    comm : Communicator
        Each of its ranks takes as many rows of a batch as the others, or one fewer.
    accumulate : int
        Into how many parts a rank cuts the rows of a full batch, at most. They are worked through
        one after the other: what forward and backward keep takes so much less memory.
    batch_size : int

    Attributes
    ----------
    are_whole : bool
        Whether a batch is one part, of one process: then there is nothing to bring together.

    Raises
    ------
    OptionError
        A batch has fewer rows than parts.
    """

    def __init__(self, comm: Communicator, accumulate: int, batch_size: int) -> None:
        self.comm, self.accumulate = comm, whole_number("accumulate", accumulate)
        self.are_whole = comm.size == self.accumulate == 1
        self._most = -(-batch_size // (comm.size * self.accumulate))  # rows of a part
        self._sums: _Sums | None = None
        if batch_size < comm.size * self.accumulate:
            raise OptionError(
                f"batch_size={batch_size}: expected at least a row for each part, of which "
                f"{comm.size} ranks with accumulate={self.accumulate} have "
                f"{comm.size * self.accumulate}"
            )

    def __getstate__(self) -> dict[str, Any]:
        """A copy sums what its own network has."""
        return {**self.__dict__, "_sums": None}

    def backprop(
        self, net: Network, train: tuple[Array, Array], rows: Array, scale: float | None
    ) -> Array:
        """The loss of a batch, whose gradients are then in ``net.grads``: alike on all ranks.

        Parameters and returned value are those of `step_gradients`.
        """
        if self.are_whole:
            x, t = net.backend.gather(*train, rows, net.dtype, scale)
            return net.backprop(x, t)
        sums = self._sums
        if sums is None or not sums.fits(net):
            sums = self._sums = _Sums(net)
        try:
            for part in self._of(int(rows.shape[0])):
                self._tell(net, Part(part.start, part.goes_on))
                x, t = net.backend.gather(*train, rows[part.start : part.stop], net.dtype, scale)
                sums.add(net.backprop(x, t), part.share, first=not part.goes_on)
        finally:
            self._tell(net, WHOLE)
        sums.put_buffers(part.of_rank)
        self.comm.all_reduce(sums.all)
        return sums.put_back()

    def _of(self, rows: int) -> Iterator[_Slice]:
        """The parts of this rank in a batch of so many rows."""
        mine = share(rows, self.comm.rank, self.comm.size)
        count = mine.stop - mine.start
        if not count:
            # layers count this batch as those of other ranks do; it adds nothing
            yield _Slice(0, 1, False, 0.0, 0.0)
            return
        parts = -(-count // self._most)  # fewer than `accumulate` where a batch is smaller
        for number in range(parts):
            part = share(count, number, parts)
            start, stop = mine.start + part.start, mine.start + part.stop
            yield _Slice(start, stop, number > 0, (stop - start) / rows, count / rows)

    @staticmethod
    def _tell(net: Network, part: Part) -> None:
        for layer in net.stack.every:
            layer.part = part


class _Slice(NamedTuple):
    """Rows of a batch, their share of it, and that of all rows of their rank."""

    start: int
    stop: int
    goes_on: bool
    share: float
    of_rank: float


class _Sums:
    """What is added up over the parts of a batch, in one array: gradients, loss, kept means.

    The array is made once: memory that is new at each step would take as long to get as to sum.

    Parameters
    ----------
    net : Network

    Attributes
    ----------
    all : array, 1-d
        Of the network's dtype.
    """

    def __init__(self, net: Network) -> None:
        self._grads, self._buffers = net.grads.flat, floating_buffers(net.stack)
        self._length = int(self._grads.shape[0])
        count = self._length + 1 + sum(int(buffer.size) for buffer in self._buffers)
        self.all = net.backend.xp.zeros(count, dtype=net.dtype)
        self._multiply = net.backend.xp.multiply

    def fits(self, net: Network) -> bool:
        """Whether these are the arrays of the network."""
        buffers = floating_buffers(net.stack)
        return (
            self._grads is net.grads.flat
            and len(buffers) == len(self._buffers)
            and all(map(operator.is_, buffers, self._buffers))
        )

    def add(self, loss: Array, share: float, first: bool) -> None:
        """Add the gradients that ``net.grads`` now holds, and the loss beside them."""
        grads, sums = self._grads, self.all[: self._length]
        if first:
            self._multiply(grads, share, out=sums)
            self.all[self._length] = loss * share
        else:
            grads *= share  # the next part writes them anew
            sums += grads
            self.all[self._length] += loss * share

    def put_buffers(self, share: float) -> None:
        """Put what the layers keep now beside them."""
        for place, buffer in self._places():
            self._multiply(buffer.reshape(-1), share, out=self.all[place])

    def put_back(self) -> Array:
        """Write the sums to where they belong; the loss is returned."""
        self._grads[...] = self.all[: self._length]
        for place, buffer in self._places():
            buffer[...] = self.all[place].reshape(buffer.shape)
        return self.all[self._length : self._length + 1].copy().reshape(())

    def _places(self) -> Iterator[tuple[slice, Array]]:
        start = self._length + 1
        for buffer in self._buffers:
            stop = start + int(buffer.size)
            yield slice(start, stop), buffer
            start = stop
