"""A folder of finished things, each under the hash of all that it was made from.

What is there is whole, since it is made beside its place and then renamed, and never stale, since
another source has another hash. So an interrupted run harms nothing, two runs at once may share
the folder, and a changed file makes only what depends on it anew.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def digest(*parts: object) -> str:
    """A hash of texts and files (a path stands for its content)."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:20]


def digest_of_folder(folder: Path, *patterns: str) -> str:
    """A hash of the names and contents of the files below a folder."""
    files = {f for pattern in patterns for f in folder.rglob(pattern) if f.is_file()}
    ordered = sorted(f for f in files if "__pycache__" not in f.parts)
    return digest(*(part for f in ordered for part in (f.relative_to(folder).as_posix(), f)))


class Store:
    """Finished folders below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def where(self, name: str, key: str) -> Path:
        return self.folder / f"{name}-{key}"

    def get(self, name: str, key: str, make: Callable[[Path], None]) -> Path:
        """The finished folder; `make` fills it if it is not there."""
        place = self.where(name, key)
        if place.is_dir():
            return place
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=self.folder))
        try:
            make(unfinished)
            unfinished.chmod(0o755)
            try:
                unfinished.rename(place)
            except OSError:
                if not place.is_dir():  # else another run was faster with the same
                    raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return place
