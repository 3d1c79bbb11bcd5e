"""SIGTERM, with which a system ends a process, as polite as Ctrl-C."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

__all__ = ["INTERRUPTED", "TERMINATED", "Termination"]

INTERRUPTED, TERMINATED = 130, 143
"""The codes that a shell reports for a program that Ctrl-C, or SIGTERM, has ended."""


class Termination:
    """While it is entered, SIGTERM raises KeyboardInterrupt, unless it is ignored or handled.

    Attributes
    ----------
    code : int
        The exit code of a command that was interrupted.
    """

    def __init__(self) -> None:
        self.code = INTERRUPTED
        self._takes_part = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    def __enter__(self) -> Termination:
        if self._takes_part:
            signal.signal(signal.SIGTERM, self._raise)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None
    ) -> None:
        if self._takes_part:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    @property
    def word(self) -> str:
        """What has happened to the command."""
        return "interrupted" if self.code == INTERRUPTED else "terminated"

    def _raise(self, number: int, frame: FrameType | None) -> None:
        self.code = TERMINATED
        raise KeyboardInterrupt
