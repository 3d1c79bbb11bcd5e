"""Unpack wheels of pure Python whose packages are missing, without pip and without a network.

    python benchmarks/unpack_wheels.py FOLDER TARGET

TARGET belongs on PYTHONPATH then. A package that is there already is left as it is.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["missing", "unpack"]


def missing(folder: Path) -> list[Path]:
    """The wheels, for any Python and any system, of packages that are not installed."""
    return [wheel for wheel in sorted(folder.glob("*-none-any.whl")) if not _installed(wheel)]


def unpack(folder: Path, target: Path) -> list[str]:
    """Unpack what is missing; the names of the wheels that were."""
    wheels = missing(folder)
    target.mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
    return [wheel.name for wheel in wheels]


def _installed(wheel: Path) -> bool:
    try:
        version(wheel.name.partition("-")[0])
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    for name in unpack(*map(Path, sys.argv[1:3])):
        print(name)
