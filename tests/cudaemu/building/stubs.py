"""Functions of NVIDIA's libraries that CuPy links to and the emulator does not have.

Each becomes a stub that says on stderr what was called and returns its library's code for "not
supported", which CuPy raises as an error. So what is not emulated is loud, and never a wrong
number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CODES = {
    "cublas": 15,
    "cusolver": 9,
    "cusparse": 10,
    "cufft": 16,
    "curand": 204,
    "nvrtc": 11,
    "nccl": 5,
    "cuda": 801,
    "cu": 801,
}
"""CUBLAS_STATUS_NOT_SUPPORTED and so on, by the beginning of a function's name."""

_FUNCTION = re.compile(rf"({'|'.join(CODES)})[A-Z]\w*")
_TEXT = ("GetErrorString", "GetErrorName", "GetStatusString", "GetStatusName")


def library_of(symbol: str) -> str | None:
    """Which library a symbol is of by its name; None for everybody else's."""
    found = _FUNCTION.fullmatch(symbol)
    return found[1] if found else None


def missing(needed: Iterable[str], defined: set[str]) -> list[str]:
    return sorted({s for s in needed if library_of(s)} - defined)


def source(functions: Iterable[str]) -> str:
    """C++ of the stubs."""
    lines = ['#include "emu_internal.h"']
    for name in functions:
        library = library_of(name)
        if name.endswith(_TEXT):
            body = f'const char* {name}(int) {{ return "{library}: not supported by cudaemu"; }}'
        else:
            complaint = f'emu_complain("{name} is not emulated");'
            body = f"int {name}() {{ {complaint} return {CODES[library]}; }}"
        lines.append(f'extern "C" {body}')
    return "\n".join(lines) + "\n"
