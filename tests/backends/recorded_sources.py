"""Which CUDA sources xpnet has compiled: run as a program, in a process without a kernel cache.

CuPy compiles a source once a process and keeps it on disk, so only a new process that looks at no
disk sees every source. What test code itself asks of CuPy does not count: the innermost frame
outside of CuPy must be one of xpnet's.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import xpnet

PACKAGE = Path(xpnet.__file__).parent


class Source(NamedTuple):
    """What NVRTC is given: a source, CuPy's options without the architecture, names to export."""

    code: str
    options: tuple[str, ...]
    names: tuple[str, ...]


def record(sources: set[Source]) -> None:
    """From now on, keep what CuPy compiles for xpnet."""
    import cupy
    from cupy.cuda import compiler

    home = str(Path(cupy.__file__).parent)
    compile_program = compiler._NVRTCProgram.compile

    def recording(program: Any, options: Any = (), log_stream: Any = None) -> Any:
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith(home) and frame.f_back:
            frame = frame.f_back
        if Path(frame.f_code.co_filename).is_relative_to(PACKAGE) and program.src:
            kept = tuple(option for option in options if not option.startswith("-arch"))
            sources.add(Source(program.src, kept, tuple(program.name_expressions or ())))
        return compile_program(program, options, log_stream)

    compiler._NVRTCProgram.compile = recording


def recorded(folder: Path) -> list[Source]:
    """Every source that an exercise of all of xpnet has compiled."""
    found = folder / "sources.pickle"
    environ = os.environ | {"CUPY_CACHE_IN_MEMORY": "1"}
    root = str(PACKAGE.parent)
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environ.get("PYTHONPATH")]))
    run = [sys.executable, "-m", "tests.backends.recorded_sources", str(found)]
    done = subprocess.run(run, env=environ, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return [Source(*each) for each in pickle.loads(found.read_bytes())]


if __name__ == "__main__":
    found: set[Source] = set()
    record(found)
    from .exercise import exercise

    exercise()
    # plain tuples: another process knows this module by another name
    Path(sys.argv[1]).write_bytes(pickle.dumps([tuple(source) for source in sorted(found)]))
