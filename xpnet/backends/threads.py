"""Threads of BLAS: how many the products in a block take, restored after it.

The threads of a BLAS wait for each other by spinning. Beside another busy process one of them has
no core to run on, and all wait for it: a step of a small network takes several times as long as
on one thread, which on a quiet machine costs it little.
"""

from __future__ import annotations

import functools
import os
import threading
from typing import Any

__all__ = ["FEW", "SMALL", "ThreadLimit", "is_limited"]

SMALL = 2**27
"""Operations (two for each multiplication and addition) up to which one thread is taken.

`benchmarks/thread_rule.py` on 2 cores: up to here a step on one thread takes 0.9 to 1.3 times as
long as on two, and 0.2 to 0.6 times beside a busy process; at 411 million, 1.55 and 1.1 times.
"""
FEW = 2**20
"""Up to so many OpenBLAS takes one thread by itself."""
CORES = os.cpu_count() or 1

_lock = threading.RLock()  # a signal's handler may predict, too
_entered: list[ThreadLimit] = []
_before: list[tuple[Any, int]] = []


class ThreadLimit:
    """While it is entered, products take so many threads.

    Most libraries have one number for the process: while several threads of Python are in such
    blocks, the last that was entered decides, and after the last of them it is as before.

    Parameters
    ----------
    count : int
        More than there are cores count as so many.
    chosen : bool
        Whether the user asked for it, which goes before what a rule says.

    Examples
    --------
    >>> with ThreadLimit(1):
    ...     product = np.ones((50, 50)) @ np.ones((50, 50))
    """

    def __init__(self, count: int, chosen: bool = False) -> None:
        self.count, self.chosen = min(count, CORES), chosen

    def __enter__(self) -> None:
        with _lock:
            if not _entered:
                _before[:] = [(library, library.get_num_threads()) for library in _libraries()]
            self.thread = threading.get_ident()
            _entered.append(self)
            _apply()

    def __exit__(self, *_: object) -> None:
        with _lock:
            _entered.remove(self)
            _apply()


def is_limited() -> bool:
    """Whether this thread of Python is in such a block."""
    with _lock:
        return bool(_entered) and _entered[-1].thread == threading.get_ident()


def _apply() -> None:
    """Give each library the number that is in force in this thread."""
    for library, before in _before:
        limits = _entered
        if getattr(library, "threading_layer", "") == "openmp":
            # each thread of Python has a number of its own
            limits = [limit for limit in _entered if limit.thread == threading.get_ident()]
        chosen = [limit for limit in limits if limit.chosen] or limits
        # `set_num_threads` of threadpoolctl 3.7 does nothing in another thread than the first that
        # called it, and would leave our number in force where that one leaves its block before
        # others. `clear_controlling_thread(force=True)` before each call would do, but takes the
        # control away from a thread that is inside a block of threadpoolctl's own
        set_threads = getattr(library, "_real_set_num_threads", library.set_num_threads)
        set_threads(chosen[-1].count if chosen else before)


@functools.cache
def _libraries() -> list[Any]:
    """What controls each BLAS of this process; looking for them takes a millisecond."""
    # imported late: `import xpnet` must not cost this import
    from threadpoolctl import ThreadpoolController

    found: list[Any] = ThreadpoolController().select(user_api="blas").lib_controllers
    return found
