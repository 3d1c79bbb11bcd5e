"""How a rank that fails ends the whole job, with one message."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn

from xpnet.errors import DistributedError, XpnetError

__all__ = ["FAILED", "INTERRUPTED", "end_job", "install", "line"]

FAILED, INTERRUPTED = 1, 130
"""Exit codes; the second is what a shell reports after Ctrl-C."""
TURN = 1.0
"""Seconds that a rank leaves to the one before it: what has failed on several is printed once."""
LAST_TURN = 4
"""Ranks from here on wait no longer, so that one that fails alone ends a large job soon."""
DELIVERY = 0.5
"""Seconds that the launcher has to read what is printed: at the end of a job it drops the rest."""
ALIKE = 5.0
"""Seconds that the other ranks leave to rank 0 where all of them have the same message."""


def line(error: BaseException, rank: int, size: int) -> str:
    """What is printed of an error that is no mistake in a program."""
    if isinstance(error, KeyboardInterrupt):
        return "xpnet: interrupted"
    text = " ".join(str(error).split()) or type(error).__name__
    alone = size > 1 and not _is_alike(error)
    return f"xpnet: rank {rank} of {size}: {text}" if alone else f"xpnet: {text}"


def end_job(
    error: BaseException,
    rank: int,
    size: int,
    stop: Callable[[int], NoReturn],
    explain: Callable[[], object] | None = None,
) -> NoReturn:
    """Print what has failed, unless a rank before this one does, and end all ranks.

    Parameters
    ----------
    error : BaseException
    rank, size : int
    stop : callable
        Ends all processes with the exit code that it is given.
    explain : callable, optional
        Prints more than a line of the error.
    """
    try:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the job is ending
        time.sleep(_turn(error, rank))
        # a stream that is closed or lost may raise anything: the job ends nevertheless
        with contextlib.suppress(Exception):
            _print(error, rank, size, explain)
        with contextlib.suppress(Exception):
            sys.stdout.flush()
        if size > 1:
            time.sleep(DELIVERY)
    finally:
        stop(INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED)


def install(rank: int, size: int, stop: Callable[[int], NoReturn]) -> None:
    """Let an exception that nothing catches in this process end the whole job.

    Of an error that all ranks raise, and of Ctrl-C, one line is printed; of anything else what
    the hook prints that was there before.
    """
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        short = isinstance(error, DistributedError | KeyboardInterrupt)
        explain = None if short else lambda: before(kind, error, trace)
        end_job(error, rank, size, stop, explain)

    sys.excepthook = hook


def _is_alike(error: BaseException) -> bool:
    return isinstance(error, DistributedError) and error.alike


def _turn(error: BaseException, rank: int) -> float:
    """Seconds that this rank leaves to those before it."""
    if _is_alike(error):
        return ALIKE if rank else 0.0
    return TURN * min(rank, LAST_TURN)


def _print(
    error: BaseException, rank: int, size: int, explain: Callable[[], object] | None
) -> None:
    foreseen = isinstance(error, XpnetError | OSError | MemoryError | KeyboardInterrupt)
    if explain is None and foreseen:
        print(line(error, rank, size), file=sys.stderr)
    else:
        if size > 1:
            print(f"xpnet: rank {rank} of {size} has failed:", file=sys.stderr)
        (explain or (lambda: traceback.print_exception(error)))()
    sys.stderr.flush()
