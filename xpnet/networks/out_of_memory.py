"""What a network does when memory runs out: free what it took, and say what to try."""

from __future__ import annotations

import contextlib
import functools
import traceback
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from xpnet.backends import Backend
from xpnet.errors import OutOfMemoryError
from xpnet.networks.container import Container

__all__ = ["explains_memory_errors", "free_memory", "out_of_memory"]

P = ParamSpec("P")
R = TypeVar("R")
N = TypeVar("N", bound=Container)

LIBRARIES = "xpnet", "numpy", "cupy"
"""The packages whose frames are cleared. Those of a user keep what a debugger shows."""


def explains_memory_errors(
    method: Callable[Concatenate[N, P], R],
) -> Callable[Concatenate[N, P], R]:
    """A method of a network, whose first argument is rows, that raises `OutOfMemoryError`.

    The frame of the method itself has ended when the error is made, so that the arrays in it and
    in the library's frames below it can be freed.
    """

    @functools.wraps(method)
    def guarded(net: N, /, *args: P.args, **options: P.kwargs) -> R:
        try:
            return method(net, *args, **options)
        except OutOfMemoryError as error:  # of a call inside this one: explained already
            free_memory(error, net.backend)
            raise
        except MemoryError as error:
            x = args[0] if args else options.get("x")
            raise out_of_memory(error, net, method.__name__, _rows(x)) from error

    return guarded


def out_of_memory(error: MemoryError, net: Container, call: str, rows: int) -> OutOfMemoryError:
    """The error to raise from `error`, once its memory is freed."""
    free_memory(error, net.backend)
    remedies = ["a smaller batch_size", "a smaller hidden layer"]
    if str(net.dtype).endswith("float64"):
        remedies.insert(1, "float32 instead of float64, which takes half")
    return OutOfMemoryError(
        f"{call}: out of memory on {net.backend.device} with {rows:,} rows in {net.dtype}: try "
        f"{', '.join(remedies)}, or pixels kept as uint8 with scale=1/255, a quarter of float32. "
        "The network is as it was",
        rows,
    )


def free_memory(error: BaseException, backend: Backend) -> None:
    """Free what the library's frames of a caught error hold, and what a pool keeps for later.

    An error holds its traceback, the traceback the frames, and these their arrays, for as long as
    the error lives: at a prompt until the next error. The lines of the traceback stay, and so do
    the variables in the frames of a user's code, such as a layer of one's own.
    """
    link: BaseException | None = error
    while link is not None:
        for frame, _ in traceback.walk_tb(link.__traceback__):
            if frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES:
                with contextlib.suppress(RuntimeError):  # it still runs
                    frame.clear()
        link = link.__cause__ or link.__context__
    backend.free_unused()


def _rows(x: Any) -> int:
    """The rows of an input, which is one row where it has no second dimension."""
    return int(x.shape[0]) if getattr(x, "ndim", 0) > 1 else 1
