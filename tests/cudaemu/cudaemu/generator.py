"""CuPy's random.Generator refuses on the emulated device.

Its kernels are machine code for a GPU inside the wheel: launched here they would do nothing, and
leave arrays of whatever was in memory. `cupy.random.rand` and its like go to cuRAND, which is
emulated.
"""

from __future__ import annotations

import importlib.machinery
from types import ModuleType
from typing import NoReturn

MODULE = "cupy.random._generator_api"


def _refuse(*arguments: object, **options: object) -> NoReturn:
    raise NotImplementedError(
        "cupy.random.Generator is not emulated: draw with cupy.random.RandomState, or with NumPy "
        "and copy to the device"
    )


class Generator:
    """Stands where CuPy's class stood; making one refuses."""

    __init__ = _refuse


class Loader(importlib.machinery.ExtensionFileLoader):
    """Loads the wheel's module and takes away what would launch a kernel of it."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        for name, substitute in {
            "Generator": Generator,
            "init_curand": _refuse,
            "random_raw": _refuse,
        }.items():
            setattr(module, name, substitute)
