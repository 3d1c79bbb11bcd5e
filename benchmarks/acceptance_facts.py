"""Print as JSON where an acceptance run computes: machine, device, driver, versions.

The exit code is 1, with one line of reason on stderr, where there is no CUDA device.
"""

from __future__ import annotations

import json
import platform
import sys
from typing import Any

PACKAGES = (
    *("xpnet", "numpy", "cupy-cuda12x", "cupy-cuda13x", "torch", "triton", "jax", "jaxlib"),
    *("pytest", "pytest-benchmark", "pytest-timeout", "pytest-xdist", "hypothesis", "autograd"),
    *("rich", "threadpoolctl", "typer"),
)


def version_of(number: int) -> str:
    """CUDA writes 13.0 as 13000 and 12.9 as 12090."""
    return f"{number // 1000}.{number % 1000 // 10}"


def facts() -> dict[str, Any]:
    """Where this process computes; CUDA's runtime and driver are asked, not looked up."""
    from xpnet.backends import load_backend
    from xpnet.machine import cores, cuda_device, installed, processor

    cupy = load_backend("cupy").xp
    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(runtime.getDevice())
    return {
        "emulated": cuda_device().kind == "emulated",
        "gpu": properties["name"].decode(),
        "compute_capability": f"{properties['major']}.{properties['minor']}",
        "gpu_memory_bytes": properties["totalGlobalMem"],
        "cuda_runtime": version_of(runtime.runtimeGetVersion()),
        "cuda_of_driver": version_of(runtime.driverGetVersion()),
        "cpu": processor(),
        "cores": cores(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": installed(PACKAGES),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(facts(), indent=2))
    except Exception as error:  # whatever it is, the script's user wants the reason in one line
        sys.exit(f"{type(error).__name__}: {' '.join(str(error).split())}")
