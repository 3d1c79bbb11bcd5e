"""``xpnet info``: versions, BLAS, threads, optional extras, and which backends run here."""

from __future__ import annotations

import os
import platform
import sys
import textwrap
from typing import Any

import numpy as np

import xpnet
from xpnet.backends import available_backends, load_backend
from xpnet.cli.options import JsonPath, prepare, write_json
from xpnet.cli.width import line_width
from xpnet.errors import BackendError
from xpnet.machine import cores, installed

__all__ = ["info"]

PACKAGES = "numpy", "cupy-cuda12x", "cupy-cuda13x", "cupy-rocm-7-0", "rich", "typer"
EXTRAS = {
    "images": ("pillow",),
    "mpi": ("mpi4py",),
    "onnx": ("onnx",),
    "plot": ("matplotlib", "resvg-py"),
    "report": ("jinja2", "matplotlib", "resvg-py"),
    "sklearn": ("scikit-learn",),
    "tensorboard": ("tensorboard",),
}
"""The packages that each extra of pyproject.toml brings; those for a GPU are backends."""
THREAD_VARIABLES = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"


def info(json: JsonPath = None) -> int:
    """Show versions, BLAS, threads, extras, and each backend and why it is or is not available."""
    out = prepare(json)
    found = installed((*PACKAGES, *(name for names in EXTRAS.values() for name in names)))
    document = {
        "xpnet": xpnet.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: found.get(name) for name in PACKAGES},
        "blas": _blas(),
        "cores": cores(),
        "threads": {name: os.environ.get(name) for name in THREAD_VARIABLES},
        "extras": {
            extra: {name: found.get(name) for name in names} for extra, names in EXTRAS.items()
        },
        "backends": {name: _about(name, state) for name, state in available_backends().items()},
    }
    for line in _lines(document, line_width(out, elsewhere=sys.maxsize)):
        print(line, file=out)
    write_json(json, document)
    return 0


def _about(name: str, state: str) -> dict[str, str | None]:
    """A backend's state, and where it runs and captures steps, its device and how that went."""
    if state != "ok":
        return {"state": state, "device": None, "capture": None}
    backend = load_backend(name)
    x = backend.xp.ones((2, 2), dtype=backend.dtype("float32"))
    try:
        replay = backend.capture(lambda: backend.matmul(x, x))
        capture = None if replay is None else "captures training steps"
    except (BackendError, MemoryError) as error:
        capture = f"cannot capture training steps: {error}"
    return {"state": state, "device": backend.device, "capture": capture}


def _blas() -> str:
    """The BLAS that NumPy was built with."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _lines(document: dict[str, Any], width: int) -> list[str]:
    # of the packages of CuPy one is enough; that there is none is told with the backends
    packages = [f"{name} {found}" for name, found in document["packages"].items() if found]
    threads = [f"{name}={value}" for name, value in document["threads"].items() if value]
    limits = ", ".join(threads) or "no limit set"
    lines = [
        *_wrapped("xpnet     ", document["xpnet"], width),
        *_wrapped("python    ", f"{document['python']} on {document['platform']}", width),
        *_wrapped("packages  ", ", ".join(packages), width),
        *_wrapped("blas      ", document["blas"], width),
        *_wrapped("threads   ", f"{document['cores']} cores, {limits}", width),
        "extras",
        *(
            line
            for name, versions in document["extras"].items()
            for line in _extra(name, versions, width)
        ),
        "backends",
    ]
    for name, backend in document["backends"].items():
        facts = [backend["device"] or backend["state"], backend["capture"]]
        lines += _wrapped(f"  {name:<8} ", "; ".join(filter(None, facts)), width)
    return lines


def _extra(name: str, versions: dict[str, str | None], width: int) -> list[str]:
    """The packages of an extra with their versions, or how those that are missing are installed."""
    whole = ", ".join(f"{package} {version}" for package, version in versions.items())
    missing = ", ".join(package for package, version in versions.items() if version is None)
    told = f"no {missing}: pip install 'xpnet[{name}]'" if missing else whole
    return _wrapped(f"  {name:<12} ", told, width)


def _wrapped(name: str, value: str, width: int) -> list[str]:
    """A name, and its value beside it on as many lines as that takes."""
    return textwrap.wrap(
        value,
        width,
        initial_indent=name,
        subsequent_indent=" " * len(name),
        break_long_words=False,
        break_on_hyphens=False,
    )
