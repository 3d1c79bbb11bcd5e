"""Unpack wheels whose packages are missing, without pip and without a network.

    python benchmarks/unpack_wheels.py FOLDER TARGET

TARGET belongs on PYTHONPATH then. A package that is there already is left as it is.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import machine

__all__ = ["missing", "unpack"]


def missing(folder: Path) -> list[Path]:
    """The wheels, for any Python and for this system, of packages that are not installed."""
    wheels = sorted(folder.glob("*.whl"))
    return [wheel for wheel in wheels if _runs_here(wheel.stem) and not _installed(wheel)]


def unpack(folder: Path, target: Path) -> list[str]:
    """Unpack what is missing; the names of the wheels that were."""
    wheels = missing(folder)
    target.mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)
    return [wheel.name for wheel in wheels]


def _runs_here(name: str) -> bool:
    """Whether a wheel is of pure Python, or compiled for every Python on this kind of machine."""
    _, abi, system = name.rsplit("-", 2)
    compiled = abi == "abi3" and system.startswith("manylinux") and system.endswith(machine())
    return (abi, system) == ("none", "any") or (compiled and sys.platform == "linux")


def _installed(wheel: Path) -> bool:
    try:
        version(wheel.name.partition("-")[0])
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    for name in unpack(*map(Path, sys.argv[1:3])):
        print(name)
