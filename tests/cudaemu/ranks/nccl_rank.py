"""One process of a test that needs several: calls a function of the test's file.

    python nccl_rank.py FILE FUNCTION RANKS RANK ID

What the function returns is printed, as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import cupy as cp
from cupy.cuda import nccl


class Rank(NamedTuple):
    """What a process knows of itself, and what it can do."""

    number: int
    of: int
    id: bytes

    def join(self, device: int | None = None) -> Any:
        """The communicator of all ranks, each on the device of its number."""
        cp.cuda.Device(self.number if device is None else device).use()
        return nccl.NcclCommunicator(self.of, self.id, self.number)

    @staticmethod
    def total(comm: Any, values: Any = (1,)) -> Any:
        """The sum of each rank's values."""
        x = cp.asarray(values, dtype="float32")
        comm.allReduce(x.data.ptr, x.data.ptr, x.size, nccl.NCCL_FLOAT32, nccl.NCCL_SUM, 0)
        return x.get()

    @staticmethod
    def refusal(call: Callable[..., Any], *arguments: Any) -> str:
        """The name of the error that a call ends with."""
        try:
            call(*arguments)
        except nccl.NcclError as error:
            return str(error).split(":")[0].removeprefix("NCCL_ERROR_")
        return "none"


def main(file: str, function: str, of: str, number: str, unique_id: str) -> None:
    spec = importlib.util.spec_from_file_location("ranks_of_test", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rank = Rank(int(number), int(of), bytes.fromhex(unique_id))
    print(json.dumps(getattr(module, function)(rank)))


if __name__ == "__main__":
    main(*sys.argv[1:])
