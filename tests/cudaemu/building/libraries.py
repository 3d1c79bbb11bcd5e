"""From sources to binaries: libcudaemu.so, NVIDIA's names for it, CuPy's rebuilt modules."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path

from . import stubs
from .compiler import Job, compiled, link, symbols
from .console import say
from .cupy_modules import MODULES, path_of
from .packages import HERE
from .store import Store, digest, digest_of_folder

SRC = HERE / "src"

SONAMES = (
    *("libcuda.so.1", "libcudart.so.13", "libnvrtc.so.13", "libnvJitLink.so.13"),
    *("libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10", "libcufft.so.12"),
    *("libcusolver.so.12", "libcusparse.so.12", "libnccl.so.2"),
)
"""The names under which the wheel's modules look for NVIDIA's libraries."""


def own_headers() -> str:
    """A hash of the headers that our sources may include; those for kernels are none of them."""
    folders = ["device", "nvrtc", "libraries", "nccl", "overlay"]
    return digest(
        *sorted(SRC.glob("*.h")),
        *(digest_of_folder(SRC / folder, "*.h", "*.inc") for folder in folders),
    )


def own_jobs(cuda: Path) -> list[Job]:
    folders = ["device", "nvrtc", "libraries", "nccl"]
    files = sorted(f for folder in folders for f in (SRC / folder).glob("*.cpp"))
    depends = own_headers()
    return [Job(f, ("-O2", "-g1"), (SRC, f.parent, cuda), depends) for f in files]


def module_jobs(source: Path, cuda: Path) -> Iterator[tuple[str, list[Job]]]:
    """The jobs of each rebuilt module: CuPy's translated source, and ours for its CUDA part."""
    python = Path(sysconfig.get_paths()["include"])
    includes = (SRC / "overlay", SRC, cuda, python)
    depends = digest(own_headers(), sysconfig.get_config_var("SOABI"))
    for module, pattern in MODULES.items():
        ours = sorted((SRC / "overlay").glob(pattern)) if pattern else []
        files = [source / f"{path_of(module)}.cpp", *ours]
        yield module, [Job(f, ("-O1",), includes, depends) for f in files]


def needed_by_wheel(packages: Path) -> set[str]:
    """Every name that CuPy's wheel expects from a library."""
    found: set[str] = set()
    for folder in ("cupy", "cupy_backends"):
        for binary in (packages / folder).rglob("*.so"):
            found |= symbols(binary, "undefined", "-D")
    return found


def build(store: Store, source: Path, packages: Path, target: Path, compiler: str) -> None:
    """Fill `target` with lib/ and overlay/."""
    cuda = packages / "nvidia" / "cu13" / "include"
    say("compiling the emulator and the rebuilt modules of CuPy")
    own = own_jobs(cuda)
    modules = dict(module_jobs(source, cuda))
    objects = compiled(store, own + [job for jobs in modules.values() for job in jobs], compiler)
    of_emulator, rest = objects[: len(own)], objects[len(own) :]

    defined = set().union(*(symbols(o, "defined") for o in of_emulator))
    needed = needed_by_wheel(packages).union(*(symbols(o, "undefined") for o in rest))
    absent = stubs.missing(needed, defined)
    say(f"{len(needed & defined)} functions are emulated, {len(absent)} are stubs that refuse")

    lib, overlay = target / "lib", target / "overlay"
    lib.mkdir()
    overlay.mkdir()
    text = lib / "stubs.cpp"
    text.write_text(stubs.source(absent))
    of_stubs = compiled(store, [Job(text, ("-O1",), (SRC, cuda), own_headers())], compiler)
    link(
        *(lib / "libcudaemu.so", [*of_emulator, *of_stubs]),
        *("-Wl,-soname,libcudaemu.so", "-ldl", "-lpthread"),
    )
    beside = (f"-L{lib}", "-Wl,--no-as-needed", "-lcudaemu")
    for name in SONAMES:
        link(lib / name, [], f"-Wl,-soname,{name}", *beside, "-Wl,-rpath,$ORIGIN")
    for module, jobs in modules.items():
        mine, rest = rest[: len(jobs)], rest[len(jobs) :]
        link(overlay / f"{module}.so", mine, *beside, "-Wl,-rpath,$ORIGIN/../lib")
