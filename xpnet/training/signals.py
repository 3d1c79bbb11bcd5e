"""Signals held back: what a handler raises is raised between two steps, not inside one."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType, TracebackType
from typing import Any, ClassVar

__all__ = ["Hold", "held_signals"]

# the functions in `signal` make enum members of what comes and goes, which takes 2 us a call
_getsignal: Callable[[int], Any] = _signal.getsignal
_setsignal: Callable[[int, Any], Any] = _signal.signal
SIGNALS = sorted(int(each) for each in signal.valid_signals() if isinstance(each, signal.Signals))
"""Those with a name; handlers of the others are not held."""


class Hold:
    """While it is entered, what Python's signal handlers raise is kept for `check`.

    Each handler is called when its signal comes. What the first raises, as Ctrl-C's raises
    KeyboardInterrupt, is kept; what a later one raises, is raised where it comes. At the end the
    handlers are as they were, and what is still kept is raised, unless there is an error already.
    """

    current: ClassVar[Hold | None] = None
    """The one that is entered: it is the process's, as signal handlers are."""

    def __init__(self) -> None:
        self._before: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._kept: BaseException | None = None
        self._released = self._in_block = False

    def __enter__(self) -> Hold:
        try:
            Hold.current = self
            for number in SIGNALS:
                handler = _getsignal(number)
                if callable(handler):
                    self._before[number] = handler
                    _setsignal(number, self._handle)
        except BaseException:  # of a handler that was not yet held
            self._restore()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        self._restore()
        if kind is None:
            self.check()

    def check(self) -> None:
        """Raise what is kept."""
        if self._kept is not None:
            kept, self._kept = self._kept, None
            raise kept

    @contextmanager
    def released(self) -> Iterator[None]:
        """In this block, and after one that raised, everything is raised where it comes."""
        self.check()
        before, self._released = self._released, True
        self._in_block = True
        try:
            yield
        except BaseException:
            self._kept = None
            raise
        finally:
            self._in_block = False
        self._released = before
        self.check()  # Python only prints what is raised in some places, as in a finalizer

    def rearm(self) -> None:
        """What was raised has been dealt with: keep the next."""
        self._released = self._kept is not None

    def _handle(self, number: int, frame: FrameType | None) -> None:
        try:
            self._before[number](number, frame)
        except BaseException as error:
            if self._in_block:
                self._kept = error
            if self._released:
                raise
            self._released = True
            self._kept = error.with_traceback(None)  # a traceback keeps the frames' arrays

    def _restore(self) -> None:
        Hold.current = None
        self._released = True  # a later call of this hold gets what the handler raises
        try:
            for number, handler in self._before.items():
                if _getsignal(number) == self._handle:  # else it was replaced meanwhile
                    _setsignal(number, handler)
        except BaseException:  # of a handler that is back
            self._restore()
            raise


class _Within:
    """A hold inside of another, which goes on."""

    def __init__(self, hold: Hold) -> None:
        self._hold = hold

    def __enter__(self) -> Hold:
        return self._hold

    def __exit__(self, *_: object) -> None:
        self._hold.rearm()


def held_signals() -> AbstractContextManager[Hold]:
    """A `Hold` to enter; in other threads than the main one, which get no signals, an idle one."""
    if threading.current_thread() is not threading.main_thread():
        return nullcontext(Hold())
    return Hold() if Hold.current is None else _Within(Hold.current)
