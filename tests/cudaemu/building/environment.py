"""The environment as a whole: what it was made from, and the Python package inside it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from .checks import RECORD
from .console import run, say
from .cupy_modules import key_of_source, translated
from .libraries import SRC, build
from .packages import (
    CHECKOUT,
    HERE,
    downloads,
    fresh_environment,
    install,
    key_of_wheels,
)
from .store import Store, digest, digest_of_folder

PACKAGE = HERE / "cudaemu"
AT_FIRST_IMPORT = "cudaemu_first_import"


def default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "xpnet-cudaemu"


def recorded(folder: Path) -> dict[str, str]:
    """What a folder says it was made from; nothing of a folder that is new or was interrupted."""
    try:
        return dict(json.loads((folder / RECORD).read_text()))
    except (OSError, ValueError):
        return {}


def wanted(compiler: str, cache: Path) -> dict[str, str]:
    """What the environment is made from, now: its packages, and the emulator in it."""
    own = (SRC, "*.cpp", "*.h", "*.cuh", "*.inc"), (PACKAGE, "*.py"), (HERE / "building", "*.py")
    return {
        "packages": digest(sys.version, sys.base_prefix, str(CHECKOUT), key_of_wheels()),
        "emulator": digest(
            *(digest_of_folder(*folder) for folder in own),
            *(HERE / f"{AT_FIRST_IMPORT}.py", key_of_source(), compiler, str(cache)),
        ),
    }


def make(folder: Path, cache: Path, compiler: str) -> bool:
    """Make what is not there or not of today; whether there was anything to do."""
    store = Store(cache)
    python = folder / "bin" / "python"
    goal, found = wanted(compiler, cache), recorded(folder)
    if found == goal and python.exists():
        return False

    def record(**state: str) -> None:
        unfinished = folder / f"{RECORD}.new"
        unfinished.write_text(json.dumps(state, indent=1) + "\n")
        unfinished.replace(folder / RECORD)

    if found.get("packages") != goal["packages"] or not python.exists():
        say(f"making a virtual environment in {folder}")
        fresh_environment(folder, record)
        wheels = downloads(store, python)
        say("installing the packages from the cache")
        install(python, wheels)
    record(packages=goal["packages"])
    packages = Path(
        run(python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))").strip()
    )
    source = translated(store, python)
    put_package(store, source, packages, cache, compiler)
    record(**goal)
    return True


def put_package(store: Store, source: Path, packages: Path, cache: Path, compiler: str) -> None:
    """The package cudaemu, made beside its place and then put there at once."""
    new, place = packages / "cudaemu.new", packages / "cudaemu"
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree(PACKAGE, new, ignore=shutil.ignore_patterns("__pycache__"))
    build(store, source, packages, new, compiler)
    # the emulated NVRTC reads these when it compiles a kernel
    shutil.copytree(SRC / "include", new / "lib" / "include")
    for header in SRC.glob("*.h"):
        shutil.copy(header, new / "lib")
    binaries = digest_of_folder(new / "lib", "*.so*", "*.h", "*.cuh")
    (new / "installed.json").write_text(json.dumps({"cache": str(cache), "binaries": binaries}))
    shutil.rmtree(place, ignore_errors=True)
    new.rename(place)
    shutil.copy(HERE / f"{AT_FIRST_IMPORT}.py", packages)
    (packages / "cudaemu.pth").write_text(f"import {AT_FIRST_IMPORT}\n")
