"""One process of a test that needs several: calls a function of the test's file.

    python nccl_rank.py FILE FUNCTION RANKS RANK ID

What the function returns is printed, as JSON.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import Any, NamedTuple

import cupy
from cupy.cuda import nccl


class Rank(NamedTuple):
    """What a process knows of itself."""

    number: int
    of: int
    id: bytes

    def join(self, device: int | None = None) -> Any:
        """The communicator of all ranks, each on the device of its number."""
        cupy.cuda.Device(self.number if device is None else device).use()
        return nccl.NcclCommunicator(self.of, self.id, self.number)


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
