"""How wide a line may be."""

from __future__ import annotations

import shutil
import sys
import textwrap
from typing import IO

__all__ = ["line_width", "wrapped"]


def line_width(out: IO[str], *, elsewhere: int) -> int:
    """Characters of a line on this stream: the columns of a terminal, `elsewhere` in a pipe."""
    return shutil.get_terminal_size().columns if out.isatty() else elsewhere


def wrapped(text: str, out: IO[str]) -> str:
    """A line of text, broken between words for a terminal, which would break inside of them."""
    width = line_width(out, elsewhere=sys.maxsize)
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)
