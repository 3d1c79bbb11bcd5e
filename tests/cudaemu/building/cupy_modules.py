"""CuPy's own binary modules that are built anew, and their C++ source.

A few modules of the wheel have NVIDIA's runtime linked into them, where no emulator can come
between. These, and no others, are built from CuPy's source package with the wheel's own version
of Cython. All else in the environment's CuPy is the wheel's.
"""

from __future__ import annotations

import tarfile
from pathlib import Path, PurePosixPath

from .console import run, say
from .packages import SOURCE, WHEELS, source_package
from .store import Store, digest

MODULES = {
    "cupy_backends.cuda.api.runtime": "",
    "cupy.cuda.thrust": "thrust*.cpp",
    "cupy.cuda.cub": "cub*.cpp",
}
"""Each module, and which files of src/overlay take the place of its CUDA part."""

DECLARATIONS = (".pyx", ".pxd", ".pxi", ".h", "__init__.py")
REPLACED = ("cupy_thrust.h", "cupy_cub.h")  # src/overlay has our own

CYTHON = "3.2.4"
OPTIONS = (
    *("-3", "--cplus", "-X", "c_api_binop_methods=True", "-X", "binding=False"),
    *("-X", "embedsignature=True", "-X", "warn.deprecated.IF=False"),
    "-E",
    "CUPY_USE_CUDA_PYTHON=False,CUPY_CUFFT_STATIC=False,CUPY_CUDA_VERSION=13000,"
    f"CUPY_HIP_VERSION=0,CUPY_CYTHON_VERSION='{CYTHON}'",
)
"""What CuPy's own build passes to Cython for CUDA 13."""


def path_of(module: str) -> str:
    return module.replace(".", "/")


def key_of_source() -> str:
    return digest(SOURCE, WHEELS, list(MODULES), OPTIONS, DECLARATIONS, REPLACED)


def wanted(name: str) -> bool:
    """Whether a file of the source package has a part in translating the modules."""
    path = PurePosixPath(name)
    inside = path.parts[1:]
    return (
        inside[:1] in (("cupy",), ("cupy_backends",))
        and "include" not in inside
        and path.name.endswith(DECLARATIONS)
        and path.name not in REPLACED
    )


def unpack(archive: Path, folder: Path) -> Path:
    with tarfile.open(archive) as packed:
        members = [m for m in packed.getmembers() if m.isfile() and wanted(m.name)]
        # the filter "data" refuses paths that lead outside; early 3.10 and 3.11 do not have it
        options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        packed.extractall(folder, members, **options)
    return next(folder.glob("cupy-*"))


def translated(store: Store, python: Path) -> Path:
    """The folder of CuPy's declarations with the C++ source of each module beside its .pyx."""

    def make(folder: Path) -> None:
        source = unpack(source_package(store, python), folder)
        say(f"translating {len(MODULES)} modules of CuPy with Cython")
        for module in MODULES:
            run(python, "-m", "cython", *OPTIONS, f"{path_of(module)}.pyx", cwd=source)
        source.rename(folder / "cupy-source")

    return store.get("cython", key_of_source(), make) / "cupy-source"
