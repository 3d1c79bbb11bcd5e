"""Standard streams that take whatever a command prints, wherever they lead."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, TextIO

__all__ = ["Output", "OutputLostError", "open_descriptors"]

PLAIN = {"×": "x", "−": "-", "‖": "|", "Σ": "sum", "σ": "sigmoid", "…": "...", "µ": "u"}
"""What stands for a sign that an encoding lacks; for any other it is a question mark."""


class OutputLostError(Exception):
    """Nothing more can be printed; no OSError, which typer would take for its own business."""


class Output:
    """A standard stream that may be closed, may lose its reader, and may lack signs.

    Parameters
    ----------
    stream : text stream or None
        None, as Python has it where the stream was closed from the start, is printed to in vain.
    forgiving : bool
        Go on in silence after an error; else the print that meets it raises `OutputLostError`.

    Attributes
    ----------
    closed_before : bool
        There was no stream from the start.
    error : OSError or None
        What ended the printing.
    """

    def __init__(self, stream: TextIO | None, forgiving: bool = False) -> None:
        self.closed_before = stream is None
        self.forgiving = forgiving
        self.error: OSError | None = None
        self._stream: TextIO | io.StringIO = io.StringIO() if stream is None else stream

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked of a stream, such as `isatty` and `encoding`."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Print a text; what the encoding lacks is replaced."""
        if not self.closed_before:
            self._try("write", self._encodable(text))
        return len(text)

    def flush(self) -> None:
        """Send on what was printed."""
        self._try("flush")

    def end(self) -> None:
        """Send on what was printed; if that is impossible, Python shall not try it once more."""
        self.forgiving = True
        self.flush()
        if self.error is not None:
            null = os.open(os.devnull, os.O_WRONLY)
            with contextlib.suppress(OSError, ValueError):  # a stream without a descriptor
                os.dup2(null, self._stream.fileno())
            os.close(null)

    def _try(self, method: str, *args: str) -> None:
        if self.error is not None:
            return
        try:
            getattr(self._stream, method)(*args)
        except OSError as error:
            self.error = error
            if not self.forgiving:
                raise OutputLostError from error

    def _encodable(self, text: str) -> str:
        encoding = getattr(self._stream, "encoding", None)
        if not encoding or _has(encoding, text):
            return text
        # all signs that have a plain form get it: a line looks the same throughout
        return "".join(PLAIN.get(sign) or (sign if _has(encoding, sign) else "?") for sign in text)


def open_descriptors() -> None:
    """Replace the standard streams that are closed by the null device.

    A file that a command opens would get their number, and whatever a library prints.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
