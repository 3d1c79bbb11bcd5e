"""Cases on a GPU that may fail without ending the benchmark; among them other libraries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from xpnet.bench.case import CudaCase
from xpnet.machine import cuda_device

__all__ = ["NEEDS_A_GPU", "LibraryCase", "LoneCase", "failure"]

NEEDS_A_GPU = "needs a GPU: an emulated device runs CuPy alone"
LONGEST = 200
"""Characters of an error in a result: the whole of it may be a compiler's log."""


def failure(error: BaseException) -> str:
    """What a result says of an error."""
    message = " ".join(str(error).split())
    return f"failed: {type(error).__name__}: {message}"[:LONGEST]


class LoneCase(CudaCase):
    """A `CudaCase` that after its first error does nothing, and whose times then do not count."""

    def prepare(self, units: int, *, timed: bool) -> str:
        """As a `CudaCase`; what fails is the reason why the case cannot run."""
        reason = self._attempt(partial(super().prepare, units, timed=timed))
        return reason or self.failure

    def run(self, k: int) -> None:
        """Do the work k times, unless it failed before."""
        self._attempt(partial(super().run, k))

    def device_seconds(self, units: int, turns: int) -> list[float]:
        """As a `CudaCase`; empty if it failed."""
        return self._attempt(partial(super().device_seconds, units, turns)) or []

    def _attempt(self, work: Callable[[], Any]) -> Any:
        if not self.failure:
            try:
                return work()
            except Exception as error:  # whatever a library or its compiler raises
                self.failure = failure(error)
        return None


class LibraryCase(LoneCase):
    """A way to do the work by another library on a GPU.

    Parameters
    ----------
    name : str
    make : callable
        Sets the work up and returns its `Run`; both with NumPy as the current backend.
    """

    backend = "numpy"

    def prepare(self, units: int, *, timed: bool) -> str:
        """As a `LoneCase`, on a GPU only."""
        if cuda_device().kind == "emulated":
            return NEEDS_A_GPU
        return super().prepare(units, timed=timed)
