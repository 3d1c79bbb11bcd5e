"""xpnet: neural networks whose every gradient is explicit, on NumPy and CuPy.

``xpnet.set_backend("cupy")`` moves a script to the GPU. The rest is in modules named for what
they hold: `xpnet.layers`, `xpnet.networks`, `xpnet.gradient`, `xpnet.training`, ...
"""

from __future__ import annotations

import importlib
from typing import Any

from xpnet.backends import (
    asarray,
    available_backends,
    backend_of,
    get_backend,
    register_backend,
    set_backend,
    synchronize,
    to_numpy,
    use_backend,
)
from xpnet.errors import XpnetError

__version__ = "0.1.0"

__all__ = [
    "XpnetError",
    "__version__",
    "asarray",
    "available_backends",
    "backend_of",
    "get_backend",
    "memory_report",
    "register_backend",
    "set_backend",
    "synchronize",
    "to_numpy",
    "use_backend",
]

_MODULES = frozenset(
    [
        "backends",
        "bench",
        "datasets",
        "errors",
        "functions",
        "gradient",
        "graph",
        "initializers",
        "layers",
        "machine",
        "memory",
        "networks",
        "optimizers",
        "parameters",
        "parity",
        "plotting",
        "training",
    ]
)


def __getattr__(name: str) -> Any:
    """The modules, each imported at its first use, so that `import xpnet` stays quick."""
    if name in _MODULES:
        return importlib.import_module(f"xpnet.{name}")
    if name == "memory_report":  # it knows networks, which are not imported before they are used
        return importlib.import_module("xpnet.memory").memory_report
    raise AttributeError(f"module 'xpnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *__all__})
