"""NVIDIA's compiler without a GPU: what it says of a source, and what a kernel takes."""

from __future__ import annotations

import ctypes
import re
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ARCHITECTURES = [75, 80, 86, 90, 100, 120]
"""Compute capabilities times ten, from Turing to Blackwell."""

PROCESSES = 2
PRECOMPILED_BYTES = 512 << 20  # CuPy's headers with those of CUB ask for 340 MB
TALK = re.compile(r"^ptxas (info  )? +[:.] .*$", re.MULTILINE)
FOUND = re.compile(
    r"Compiling entry function '(?P<name>\w+)'.*?"
    r"(?P<stores>\d+) bytes spill stores, (?P<loads>\d+) bytes spill loads.*?"
    r"Used (?P<registers>\d+) registers(?P<rest>[^\n]*)",
    re.DOTALL,
)


class Kernel(NamedTuple):
    """What one kernel takes on one architecture, as the assembler reports it."""

    name: str
    architecture: int
    registers: int
    shared_bytes: int
    spilled_bytes: int


class Verdict(NamedTuple):
    """Whether a source compiled, what was said (nothing, if all is well), and its kernels."""

    compiled: bool
    complaints: str
    kernels: list[Kernel]


def library() -> Path:
    """Where pip has put the compiler."""
    for package in ("nvidia-cuda-nvrtc", "nvidia-cuda-nvrtc-cu12"):
        try:
            found = [f for f in files(package) or [] if f.name.startswith("libnvrtc.so")]
        except PackageNotFoundError:
            continue
        return Path(str(found[0].locate()))
    pytest.skip("needs NVIDIA's compiler: pip install nvidia-cuda-nvrtc")


@cache
def loaded(path: str) -> Any:
    """The library, once a process."""
    nvrtc = ctypes.CDLL(path)
    nvrtc.nvrtcSetPCHHeapSize(ctypes.c_size_t(PRECOMPILED_BYTES))
    return nvrtc


def supported(path: Path) -> list[int]:
    """The architectures that this compiler knows."""
    nvrtc, count = loaded(str(path)), ctypes.c_int()
    nvrtc.nvrtcGetNumSupportedArchs(ctypes.byref(count))
    numbers = (ctypes.c_int * count.value)()
    nvrtc.nvrtcGetSupportedArchs(numbers)
    return list(numbers)


def compile_source(
    path: str, code: str, architecture: int, options: tuple[str, ...], names: tuple[str, ...]
) -> Verdict:
    """Compile to a binary for one architecture, warnings being complaints."""
    nvrtc, program = loaded(path), ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), code.encode(), b"source.cu", 0, None, None)
    for name in names:
        nvrtc.nvrtcAddNameExpression(program, name.encode())
    # an architecture given as sm_ goes through the assembler too, which knows registers
    every = [*options, f"-arch=sm_{architecture}", "--ptxas-options=-v"]
    if "#include" in code:  # CuPy's headers are parsed once; without any, NVRTC warns of none
        every += ["--pch", "--pch-messages=false", "--pch-verbose=false"]
    given = (ctypes.c_char_p * len(every))(*[option.encode() for option in every])
    status = nvrtc.nvrtcCompileProgram(program, len(every), given)
    size = ctypes.c_size_t()
    nvrtc.nvrtcGetProgramLogSize(program, ctypes.byref(size))
    log = ctypes.create_string_buffer(size.value)
    nvrtc.nvrtcGetProgramLog(program, log)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    text = log.value.decode()
    return Verdict(status == 0, TALK.sub("", text).strip(), kernels_in(text, architecture))


def kernels_in(log: str, architecture: int) -> list[Kernel]:
    """The kernels that the assembler's report names."""
    found = []
    for match in FOUND.finditer(log):
        shared = re.search(r"(\d+) bytes smem", match["rest"])
        spilled = int(match["stores"]) + int(match["loads"])
        shared_bytes = int(shared[1]) if shared else 0
        numbers = int(match["registers"]), shared_bytes, spilled
        found.append(Kernel(match["name"], architecture, *numbers))
    return found


def apart(function: Any, *columns: Any) -> list[Any]:
    """What the function gives, in processes without the emulated device.

    Its libraries answer to NVIDIA's names: the compiler, loaded beside them, takes their
    functions for its own and crashes.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUDAEMU", "0")
        with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
            return list(pool.map(function, *columns, chunksize=4))


def compile_all(jobs: list[tuple[Any, ...]]) -> list[Verdict]:
    """`compile_source` for each job, on two cores."""
    return apart(compile_source, *zip(*jobs, strict=True))


def table(kernels: list[Kernel]) -> str:
    """A line a kernel: registers, shared bytes and spilled bytes on each architecture."""
    numbers = sorted({kernel.architecture for kernel in kernels})
    lines = ["kernel".ljust(34) + "".join(f"{f'sm_{n}':>14}" for n in numbers)]
    groups: dict[str, dict[int, str]] = {}
    for k in kernels:
        cell = f"{k.registers}/{k.shared_bytes}/{k.spilled_bytes}"
        groups.setdefault(k.name, {})[k.architecture] = cell
    for name, cells in sorted(groups.items()):
        lines.append(name.ljust(34) + "".join(f"{cells[n]:>14}" for n in numbers))
    return "\n".join(lines)
