"""xpnet: neural networks whose every gradient is explicit, on NumPy and CuPy.

``xpnet.set_backend("cupy")`` moves a script to the GPU. The rest is in modules named for what
they hold: `xpnet.layers`, `xpnet.networks`, `xpnet.gradient`, `xpnet.training`, ...
"""

from __future__ import annotations

import importlib

from xpnet.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from xpnet.backends import (
        asarray,
        available_backends,
        backend_of,
        get_backend,
        get_matmul_precision,
        register_backend,
        set_backend,
        set_matmul_precision,
        synchronize,
        to_numpy,
        use_backend,
    )
    from xpnet.errors import XpnetError
    from xpnet.memory import memory_report
    from xpnet.networks import load

__all__ = [
    "XpnetError",
    "__version__",
    "asarray",
    "available_backends",
    "backend_of",
    "get_backend",
    "get_matmul_precision",
    "load",
    "memory_report",
    "register_backend",
    "set_backend",
    "set_matmul_precision",
    "synchronize",
    "to_numpy",
    "use_backend",
]

_MODULES = frozenset(
    [
        "backends",
        "bench",
        "checkpoints",
        "datasets",
        "distributed",
        "errors",
        "export",
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
        "playground",
        "plotting",
        "report",
        "sklearn",
        "training",
    ]
)


_HOMES = {"XpnetError": "errors", "load": "networks", "memory_report": "memory"}
"""The modules of the names in `__all__` that are not of `xpnet.backends`."""


def __getattr__(name: str) -> object:
    """The modules and names, each imported at its first use.

    So `import xpnet` is quick, and the command `xpnet` can handle Ctrl-C before NumPy is imported.
    """
    if name in _MODULES:
        return importlib.import_module(f"xpnet.{name}")
    if name in __all__:
        module = importlib.import_module(f"xpnet.{_HOMES.get(name, 'backends')}")
        globals()[name] = getattr(module, name)
        return globals()[name]
    raise AttributeError(f"module 'xpnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *__all__})
