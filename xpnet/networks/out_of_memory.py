"""What a network does when memory runs out: let go of what it took, and say what to try."""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from xpnet.errors import OutOfMemoryError

__all__ = ["let_go", "out_of_memory", "told_of_memory"]

P = ParamSpec("P")
R = TypeVar("R")


def told_of_memory(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """A method of a network, whose first argument is rows, that raises `OutOfMemoryError`.

    The frame of the method itself is over when the error is made, so all that it and what it
    called had at hand can be let go: here only the caller's own arrays are left.
    """

    @functools.wraps(method)
    def guarded(net: Any, /, *args: P.args, **options: P.kwargs) -> R:
        try:
            return method(net, *args, **options)
        except OutOfMemoryError as error:  # from a call inside this one: it is told already
            let_go(error, net.backend)
            raise
        except MemoryError as error:
            x = args[0] if args else options.get("x")
            raise out_of_memory(error, net, method.__name__, _rows(x)) from error

    return guarded


def out_of_memory(error: MemoryError, net: Any, call: str, rows: int) -> OutOfMemoryError:
    """The error to raise from `error`, once its memory is let go."""
    let_go(error, net.backend)
    remedies = ["a smaller batch_size", "a smaller hidden layer"]
    if str(net.dtype).endswith("float64"):
        remedies.insert(1, "float32 instead of float64, which takes half")
    return OutOfMemoryError(
        f"{call}: out of memory on {net.backend.device} with {rows:,} rows in {net.dtype}: try "
        f"{', '.join(remedies)}, or pixels kept as uint8 with scale=1/255, a quarter of float32. "
        "The network is as it was",
        rows,
    )


def let_go(error: BaseException, backend: Any) -> None:
    """Free what the frames of a caught error hold, and what a pool keeps for later.

    An error keeps its traceback, the traceback the frames and these their arrays, for as long as
    somebody has the error: at a prompt that is until the next one. The lines stay to be read.
    """
    link: BaseException | None = error
    while link is not None:
        traceback.clear_frames(link.__traceback__)
        link = link.__cause__ or link.__context__
    backend.free_unused()


def _rows(x: Any) -> int:
    """The rows of an input, which is one row where it has no second dimension."""
    return int(x.shape[0]) if getattr(x, "ndim", 0) > 1 else 1
