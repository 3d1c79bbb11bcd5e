"""A busy machine: a process that spins one core while something is measured."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["spinning"]


@contextmanager
def spinning() -> Iterator[None]:
    """A process beside this one that does nothing but compute, ended behind the block."""
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as process:
        try:
            yield
        finally:
            process.kill()
