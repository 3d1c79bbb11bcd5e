"""Communicator: what the processes of a job say to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from xpnet.backends import Array, Backend, backend_of
from xpnet.distributed.agreement import disagreement
from xpnet.errors import ArgumentTypeError, DistributedError, OptionError, ShapeError

__all__ = ["DTYPES", "Communicator"]

DTYPES = "float32", "float64", "int64"
"""Of the arrays that can be sent."""


class Communicator:
    """The processes of a job, each with its rank; `xpnet.distributed.init` makes it.

    Every method but `abort` is a collective one: all ranks call it, in the same order, with
    arrays of one shape and dtype.

    Attributes
    ----------
    rank : int
        Of this process, from 0 on.
    size : int
        How many processes there are.
    local_rank : int
        The rank of this process among those on its machine.
    local_size : int
        How many of the processes are on its machine.
    capturable : bool
        Whether `all_reduce` of arrays on a device is work of its stream alone, so that it may be
        captured with a training step.
    """

    rank: int
    size: int
    local_rank: int
    local_size: int
    capturable: bool = False

    def __deepcopy__(self, memo: object) -> Communicator:
        """A copy of what uses it speaks to the same processes."""
        return self

    @property
    def is_main(self) -> bool:
        """Whether this is rank 0, which alone prints and writes."""
        return self.rank == 0

    def all_reduce(self, array: Array) -> None:
        """Add the arrays of all ranks up, in place; each rank gets the sum, to the same bit.

        Only which NaN it is, where several are added, may differ. An array of CuPy is added up on
        the current stream, like a kernel: the call waits for nothing.

        Parameters
        ----------
        array : array of NumPy or CuPy, float32, float64 or int64
            C-contiguous and writable.

        Raises
        ------
        ArgumentTypeError, ShapeError
            `array` is no such array, or has another dtype, or is not contiguous.
        DistributedError
            The ranks cannot reach each other, or `init` was not asked for this backend.
        """
        raise NotImplementedError(f"{type(self).__name__} must define all_reduce")

    def broadcast(self, array: Array, root: int = 0) -> None:
        """Write the array of rank `root` into those of all ranks, in place.

        Takes and raises what `all_reduce` does; `OptionError` where there is no such rank.
        """
        raise NotImplementedError(f"{type(self).__name__} must define broadcast")

    def gather(self, value: Any) -> list[Any]:
        """The values of all ranks, small objects that can be pickled, in the order of ranks."""
        raise NotImplementedError(f"{type(self).__name__} must define gather")

    def barrier(self) -> None:
        """Wait until all ranks are here."""
        raise NotImplementedError(f"{type(self).__name__} must define barrier")

    def abort(self, error: BaseException) -> NoReturn:
        """End all processes of the job, with one message of what this rank could not do.

        Parameters
        ----------
        error : BaseException
            What xpnet raises on purpose, or the system, is one line on stderr; anything else is
            a traceback. The exit code is 1, or 130 after Ctrl-C.
        """
        raise NotImplementedError(f"{type(self).__name__} must define abort")

    def agree(
        self,
        what: str,
        document: Mapping[str, Any],
        remedy: str = "start every rank with the same options",
    ) -> None:
        """Check that all ranks have the same document.

        Parameters
        ----------
        what : str
            Whom an error names: ``"Trainer"``.
        document : mapping
            Of JSON's types.
        remedy : str
            How an error ends.

        Raises
        ------
        DistributedError
            On all ranks, with one message: which entry differs, and who has which value.
        """
        found = disagreement(self.gather(dict(document)))
        if found:
            raise DistributedError(f"{what}: {found}: {remedy}", alike=True)

    def _check_array(self, caller: str, array: Array) -> Backend:
        """The backend of an array, if it can be sent."""
        backend = backend_of(array, caller=caller, names=("array",))
        if array.dtype not in map(backend.dtype, DTYPES):
            raise ArgumentTypeError(
                f"{caller}: expected an array of {', '.join(DTYPES)}, got {array.dtype}"
            )
        # an array of another library is sent to nobody, and one process can add it up all the same
        contiguous = not hasattr(array, "flags") or array.flags.c_contiguous
        if not contiguous or not backend.is_writable(array):
            kind = "a read-only one" if contiguous else "one with gaps"
            raise ShapeError(
                f"{caller}: expected a C-contiguous, writable array, got {kind} of shape "
                f"{tuple(array.shape)}; send a copy of it"
            )
        return backend

    def _check_root(self, root: int) -> None:
        if not 0 <= root < self.size:
            raise OptionError(f"broadcast: root={root}: expected a rank from 0 to {self.size - 1}")
