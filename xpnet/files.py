"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write a file, UTF-8, under another name first: what stood there stays until all is written.

    Parameters
    ----------
    path : str or path
        A link stays, what it points to is written; a device or a pipe takes what it is given.
    text : str
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        part.write_text(text, encoding="utf-8")
        part.chmod(target.stat().st_mode if target.exists() else 0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
