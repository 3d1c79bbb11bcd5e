"""The virtual environment and what pip brings into it.

Everything is downloaded into the store first and installed from there, so that a second
environment needs no network. What the emulator is built from is pinned, and pip checks its
sha256: the wheel's binary modules, the source package and Cython must fit each other. NumPy and
what xpnet's tests need are not pinned: no binary of ours depends on them, and the suite on the
emulated device should see the versions that the suite on NumPy sees.
"""

from __future__ import annotations

import os
import shutil
import sys
import venv
from collections.abc import Callable
from pathlib import Path

from .checks import RECORD
from .console import Refusal, run, say
from .store import Store, digest

HERE = Path(__file__).parents[1]
CHECKOUT = HERE.parents[1]
WHEELS = HERE / "requirements.txt"
SOURCE = HERE / "requirements-source.txt"

XPNET = f"{CHECKOUT}[mpi,plot,sklearn,test]"
BENCHMARKS = ("pytest-benchmark>=5",)  # the extra bench
LAUNCHER = ("mpich>=4.3",)  # of jobs of several processes
BUILD_BACKEND = ("hatchling>=1.27", "editables")  # what an editable install of xpnet asks for

PYTHON_TAG = f"cp{sys.version_info[0]}{sys.version_info[1]}"


def fetch(what: str, python: Path, *options: object, **environ: str) -> None:
    """`pip download`, whose failure is told in one line."""
    try:
        run(
            *(python, "-m", "pip", "download", "-q", "--disable-pip-version-check"),
            *("--retries", "2", *options),
            env={**os.environ, **environ},
        )
    except Refusal as failure:
        lines = str(failure).splitlines()
        errors = [line for line in lines if line.startswith("ERROR")] or lines[-2:]
        if any("HASHES" in line for line in errors):
            raise Refusal(f"pip refuses {what}: it is not the pinned file. {errors[0]}") from None
        raise Refusal(
            f"pip cannot download {what}, and the cache does not hold it: connect this machine "
            f"to a package index once, or bring the cache from one that is. pip says: {errors[-1]}"
        ) from None


def key_of_wheels() -> str:
    return digest(
        *(WHEELS, CHECKOUT / "pyproject.toml"),
        *(BUILD_BACKEND, BENCHMARKS, LAUNCHER, XPNET.removeprefix(str(CHECKOUT))),
    )


def downloads(store: Store, python: Path) -> Path:
    """The folder with all wheels of the environment."""

    def make(folder: Path) -> None:
        say("downloading the packages (about 210 MB)")
        wheels = ("--only-binary", ":all:", "-d", folder)
        fetch("CuPy", python, *wheels, "--no-deps", "--require-hashes", "-r", WHEELS)
        # with the wheel of CuPy named, pip chooses a NumPy that suits it
        cupy = next(folder.glob("cupy_cuda*.whl"))
        near = ("--find-links", folder)
        needs = (*BUILD_BACKEND, *BENCHMARKS, *LAUNCHER, XPNET)
        fetch("what the tests need", python, *wheels, *near, cupy, *needs)

    return store.get(f"packages-{PYTHON_TAG}", key_of_wheels(), make)


def source_package(store: Store, python: Path) -> Path:
    """CuPy's source package."""

    def make(folder: Path) -> None:
        say("downloading CuPy's source package (3 MB)")
        # pip asks a source package for its metadata, which CuPy's stub mode gives without CUDA;
        # the tools for it are the pinned ones of the environment
        source = ("--no-binary", ":all:", "--no-build-isolation", "-d", folder)
        fetch(
            *("CuPy's source package", python, *source),
            *("--no-deps", "--require-hashes", "-r", SOURCE),
            CUPY_INSTALL_USE_STUB="1",
        )

    return next(store.get("source", digest(SOURCE), make).glob("cupy-*.tar.gz"))


def fresh_environment(folder: Path, mark: Callable[[], None]) -> Path:
    """An empty virtual environment at `folder`; its Python."""
    folder.mkdir(parents=True, exist_ok=True)
    mark()  # from here on the folder is ours, whatever interrupts us
    for entry in folder.iterdir():
        if entry.name != RECORD:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin" / "python"


def install(python: Path, wheels: Path) -> None:
    """Everything from the store: no index is asked."""
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    local = ("--no-index", "--find-links", wheels)
    run(*pip, *local, "--no-deps", "--require-hashes", "-r", WHEELS)
    run(*pip, *local, *BENCHMARKS, *LAUNCHER, "-e", XPNET)
