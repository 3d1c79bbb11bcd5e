"""CuPy on a machine without a GPU: the CUDA layer underneath it, emulated on the CPU.

In an environment of `tests/cudaemu/setup.py` the first import of CuPy activates the emulator if
no CUDA driver with a device is there. `CUDAEMU=1` forces it, `CUDAEMU=0` forbids it.

>>> with cudaemu.measure() as counted:  # doctest: +SKIP
...     cupy.arange(3) + 1
>>> counted["kernel_launches"]  # doctest: +SKIP
2
"""

from cudaemu.activation import activate
from cudaemu.device import active, counters, measure, settings

__all__ = ["activate", "active", "counters", "measure", "settings"]
