"""``xpnet info``: versions, BLAS, threads, and which backends run here."""

from __future__ import annotations

import os
import platform
from typing import Any

import numpy as np

import xpnet
from xpnet.backends import available_backends, load_backend
from xpnet.bench.machine import cores, installed
from xpnet.cli.options import JsonPath, prepare, write_json

__all__ = ["info"]

PACKAGES = "numpy", "cupy-cuda12x", "cupy-cuda13x", "rich", "typer", "matplotlib"
THREAD_VARIABLES = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"


def info(json: JsonPath = None) -> int:
    """Show versions, BLAS, threads, and each backend and why it is or is not available."""
    out = prepare(json)
    found = installed(PACKAGES)
    document = {
        "xpnet": xpnet.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: found.get(name) for name in PACKAGES},
        "blas": _blas(),
        "cores": cores(),
        "threads": {name: os.environ.get(name) for name in THREAD_VARIABLES},
        "backends": {
            name: {"state": state, "device": load_backend(name).device if state == "ok" else None}
            for name, state in available_backends().items()
        },
    }
    for line in _lines(document):
        print(line, file=out)
    write_json(json, document)
    return 0


def _blas() -> str:
    """The BLAS that NumPy was built with."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()


def _lines(document: dict[str, Any]) -> list[str]:
    packages = [
        f"{name} {found or 'not installed'}" for name, found in document["packages"].items()
    ]
    threads = [f"{name}={value}" for name, value in document["threads"].items() if value]
    backends = [
        f"  {name:<8} {backend['device'] if backend['state'] == 'ok' else backend['state']}"
        for name, backend in document["backends"].items()
    ]
    return [
        f"xpnet     {document['xpnet']}",
        f"python    {document['python']} on {document['platform']}",
        f"packages  {', '.join(packages)}",
        f"blas      {document['blas']}",
        f"threads   {document['cores']} cores, {', '.join(threads) or 'no limit set'}",
        "backends",
        *backends,
    ]
