"""CupyStepFeed: the end of a captured step as one kernel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cupy as cp
import numpy as np

from xpnet.backends.cupy_kernels import C_TYPES
from xpnet.backends.step_feed import StepFeed
from xpnet.backends.storage import Array

if TYPE_CHECKING:
    from xpnet.backends.base import Backend

__all__ = ["CupyStepFeed"]

SOURCE = (Path(__file__).parent / "step_feed.cu").read_text()
THREADS = 256


class CupyStepFeed(StepFeed):
    """A `StepFeed` whose step is counted on the device, so that a replay goes on by itself.

    The arrays of an epoch are read and written at addresses that are on the device too: each
    epoch has losses of its own, which stay as they are in the next.
    """

    def __init__(self, backend: Backend, batch: int, count: int, dtype: Any) -> None:
        super().__init__(backend, batch, count, dtype)
        self._state = cp.zeros(6, dtype="int64")

    def start(self, step: int, order: Array, table: Array, losses: Array) -> None:
        # the kernel reads raw memory, in these dtypes
        order = cp.ascontiguousarray(order, dtype="int64")
        table = cp.ascontiguousarray(table, dtype=self.numbers.dtype)
        super().start(step, order, table, losses)
        addresses = [array.data.ptr for array in (order, table, losses)]
        self._state.set(np.array([step, step, step + len(table), *addresses], dtype="int64"))

    def next(self, loss: Array) -> None:
        loss = cp.asarray(loss)  # the kernel takes its address
        kernel = _kernel(loss.dtype.name, self.numbers.dtype.name)
        sizes = cp.int64(len(self.rows)), cp.int64(len(self.numbers))
        kernel((1,), (THREADS,), (loss, self._state, *sizes, self.rows, self.numbers))

    @property
    def step(self) -> int:
        return int(self._state[0])


@cache
def _kernel(loss_type: str, number_type: str) -> Any:
    types = f"typedef {C_TYPES[loss_type]} T;\ntypedef {C_TYPES[number_type]} N;\n"
    return cp.RawKernel(types + SOURCE, "next_step")
