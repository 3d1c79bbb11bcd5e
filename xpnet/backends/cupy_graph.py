"""CupyGraph: all that a piece of code launches, as one CUDA graph."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import cupy as cp

from xpnet.backends import cublas
from xpnet.errors import CaptureError

__all__ = ["CupyGraph"]


class CupyGraph:
    """What `body` launches, recorded on a stream of its own and replayed by one launch.

    Parameters
    ----------
    body : callable
        Without arguments. It is called twice: the first call does its work, compiles kernels and
        takes memory; the second records the same launches, over the same memory, and does nothing.

    Raises
    ------
    CaptureError
        The first call is done, but the second was not to be recorded.
    """

    def __init__(self, body: Callable[[], object]) -> None:
        # all that body takes comes from this pool and goes back to it, so that nobody else gets
        # memory which a replay writes
        pool = cp.cuda.MemoryPool()
        # a pool that dies keeps what is free in it from the driver for ever; at the end of the
        # process the driver may be gone
        weakref.finalize(self, pool.free_all_blocks).atexit = False
        self._stream = stream = cp.cuda.Stream(non_blocking=True)
        outside = cp.cuda.get_current_stream()
        stream.wait_event(outside.record())
        try:
            with stream, cp.cuda.using_allocator(pool.malloc):
                body()
                self._graph = _recorded(body, stream)
            self._workspace = cublas.handle().release_workspace(stream)  # which its products use
        finally:
            outside.wait_event(stream.record())

    def replay(self) -> None:
        """Launch it on the current stream."""
        self._graph.launch()


def _recorded(body: Callable[[], object], stream: Any) -> Any:
    """The graph of what `body` launches on this stream."""
    try:
        stream.begin_capture()
        try:
            body()
        finally:
            graph = stream.end_capture()
    except Exception as error:
        raise CaptureError(f"{type(error).__name__}: {error}") from error
    return graph
