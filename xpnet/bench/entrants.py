"""Contenders on a CUDA device: xpnet's own, and other libraries', each of which may fail alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from xpnet.backends import load_backend, use_backend
from xpnet.bench import on_device
from xpnet.bench.timing import Spread, spread

__all__ = [
    "NEEDS_A_GPU",
    "NO_DEVICE",
    "Entrant",
    "Guard",
    "Run",
    "failure",
    "from_idle_to_idle",
    "on_backend",
    "seconds_by_events",
]

NO_DEVICE = "no CUDA device"
NEEDS_A_GPU = "needs a GPU: on an emulated device nothing but CuPy runs"
LONGEST = 200
"""Characters of an error in a row; the whole of it may be a compiler's log."""

Run = Callable[[int], object]
"""``run(k)`` does the work k times, and has waited for the last result when it returns."""


def on_backend(backend: str, run: Run) -> Run:
    """The run with this backend as the current one: what it makes is made there."""

    def there(k: int) -> object:
        with use_backend(backend):
            return run(k)

    return there


def failure(error: BaseException) -> str:
    r"""What stands in the row of a contender that could not.

    Examples
    --------
    >>> failure(RuntimeError("out of\nmemory"))
    'failed: RuntimeError: out of memory'
    """
    told = " ".join(str(error).split())
    return f"failed: {type(error).__name__}: {told}"[:LONGEST]


class Guard:
    """What one contender attempts: its first error is kept, and nothing is attempted after it.

    Attributes
    ----------
    error : Exception or None
    """

    error: Exception | None = None

    def attempt(self, work: Callable[[], object]) -> None:
        """Do the work, unless an attempt before failed."""
        if self.error is None:
            try:
                work()
            except Exception as error:  # whatever a library or its compiler comes to raise
                self.error = error


@dataclass(frozen=True)
class Entrant:
    """One contender on the device.

    Attributes
    ----------
    make : callable
        Sets the run up.
    trial : callable or None
        Sets up what an emulated device does instead; None if that cannot run it.
    backend : str
        What is current meanwhile: "cupy" for xpnet's own, "numpy" for another library's.
    """

    make: Callable[[], Run]
    trial: Callable[[], Run] | None
    backend: str = "cupy"

    def prepared(self, kind: str, units: int) -> tuple[Run | None, str]:
        """The run on a GPU, or None, and what to say in its row.

        Parameters
        ----------
        kind : "gpu", "emulated" or "none"
            An emulated device counts what so many units ask of it.
        units : int
            What the first run does, which compiles.
        """
        if kind == "none":
            return None, NO_DEVICE
        if kind == "emulated" and self.trial is None:
            return None, NEEDS_A_GPU
        with use_backend(self.backend) as backend:
            if kind == "emulated" and self.trial:
                run = on_backend(self.backend, self.trial())
                return None, on_device.counts(run, units)
            try:
                run = on_backend(self.backend, self.make())
                # CuPy's pool is xpnet's; NumPy has none
                return run, on_device.first_run(backend, partial(run, units))
            except Exception as error:
                if self.backend == "cupy":
                    raise
                return None, failure(error)


def from_idle_to_idle(run: Run) -> Run:
    """The run, which begins on an idle device and ends when that is idle again."""
    backend = load_backend("cupy")
    return lambda k: on_device.until_idle(backend, partial(run, k))()


def seconds_by_events(run: Run, units: int, turns: int) -> Spread:
    """Seconds of one unit, as the device counts them."""
    backend = load_backend("cupy")
    found = on_device.seconds_by_events(backend, partial(run, units), turns)
    return spread([seconds / units for seconds in found])
