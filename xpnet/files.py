"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Write a file under another name first: what stood there stays until all is written.

    Parameters
    ----------
    path : str or path
        A link stays, what it points to is written; a device or a pipe takes what it is given.
    content : str or bytes
        Text is written as UTF-8.
    """
    target = Path(path).resolve()
    if target.exists() and not target.is_file():
        _write(target, content)
        return
    handle, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        _write(part, content)
        part.chmod(target.stat().st_mode if target.exists() else 0o644)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write(path: Path, content: str | bytes) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8")
