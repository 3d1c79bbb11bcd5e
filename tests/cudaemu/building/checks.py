"""What must be so before anything is made: each thing that is not gets one line with its remedy."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from .console import Refusal

RECORD = "cudaemu.json"
"""The file that marks a folder as made by this command."""

OLDEST_COMPILER = 12  # the first g++ that knows _Float16, CUDA's half, in C++


def check_machine(system: str, machine: str, python: tuple[int, int]) -> None:
    if (system, machine) != ("Linux", "x86_64"):
        raise Refusal(
            f"this is {system} on {machine}; the emulated device runs on Linux on x86_64 only: "
            "use such a machine, or a container on one",
            2,
        )
    if not (3, 10) <= python <= (3, 13):
        raise Refusal(
            f"this is Python {python[0]}.{python[1]}; CuPy's packages are pinned for "
            "3.10 to 3.13: run the command with one of these",
            2,
        )


def check_compiler(command: str = "g++") -> str:
    """The compiler's version line."""
    if shutil.which(command) is None or shutil.which("nm") is None:
        raise Refusal(
            f"{command} and nm are needed and not found: install g++ (on Debian and Ubuntu "
            "`apt-get install g++`)"
        )
    line = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[0]
    found = re.search(r"(\d+)\.\d+", line)
    if found and int(found[1]) < OLDEST_COMPILER:
        raise Refusal(f"{line}: too old, g++ {OLDEST_COMPILER} or newer is needed")
    return line


def check_headers(include: str) -> None:
    if not Path(include, "Python.h").exists():
        raise Refusal(
            f"Python.h is not in {include}: install Python's headers (on Debian and Ubuntu "
            "`apt-get install python3-dev`)"
        )


def check_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        raise Refusal(
            "this Python has no venv: install it (on Debian and Ubuntu "
            "`apt-get install python3-venv`)"
        ) from None


def check_folder(folder: Path) -> None:
    """A folder that someone else filled is never touched."""
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"{folder} is a file: name a new folder", 2)
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).exists():
        raise Refusal(
            f"{folder} is not empty and was not made by this command: name a new folder, "
            "or remove it",
            2,
        )


def check_all(folder: Path) -> str:
    """The compiler's version, when all is well."""
    check_machine(platform.system(), platform.machine(), sys.version_info[:2])
    check_folder(folder)
    check_venv()
    compiler = check_compiler()
    check_headers(sysconfig.get_paths()["include"])
    return compiler
