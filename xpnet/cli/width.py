"""How wide a line may be."""

from __future__ import annotations

import shutil
from typing import IO

__all__ = ["line_width"]


def line_width(out: IO[str], *, elsewhere: int) -> int:
    """Characters of a line on this stream: the columns of a terminal, `elsewhere` in a pipe."""
    return shutil.get_terminal_size().columns if out.isatty() else elsewhere
