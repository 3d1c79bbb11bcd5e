"""Recorder: brings losses and records into the history, once, however a run ends."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from xpnet.backends import Array, Backend
from xpnet.checks import is_number
from xpnet.errors import NonFiniteLossError
from xpnet.optimizers import Optimizer
from xpnet.optimizers.schedule import rate_text
from xpnet.training.history import History, Record

__all__ = ["Recorder"]


class Recorder:
    """Losses wait here until they are fetched, all together: the one wait of an epoch.

    Whatever was cut off may be called again, and does what was left to do.

    Attributes
    ----------
    history : History
    """

    def __init__(self, history: History, steps_per_epoch: int) -> None:
        self.history = history
        self._steps_per_epoch = steps_per_epoch
        # where in the history's losses each goes, its iteration, and itself, on the device
        self._pending: list[tuple[int, int, Array]] = []
        self._owed = 0  # the iteration of the last loss, until it has its record
        self._early: Record | None = None
        self._clock: float | None = None
        self._run_clock: float | None = None

    @property
    def owed(self) -> int:
        """The iteration of the last loss, until it has its record; else 0."""
        return self._pending[-1][1] if self._pending else self._owed

    @property
    def last_is_early(self) -> bool:
        """Whether the last record was noted where a run was cut off, without accuracies."""
        return self._early is not None and self._early is self.history.final

    def restore(self, history: History, owed: int, last_is_early: bool) -> None:
        """Go on after what another recorder has recorded."""
        self.history, self._pending, self._owed = history, [], owed
        self._early = history.final if last_is_early else None

    @contextmanager
    def paused(self, backend: Backend, optimizer: Optimizer) -> Iterator[None]:
        """A block whose time is not that of steps, with all losses in the history, looked at.

        Raises
        ------
        NonFiniteLossError
        """
        running = self._clock is not None
        self.collect(backend, optimizer)
        self.count_run()
        try:
            yield
        finally:
            if running:
                self.start_clock()

    def start_run(self) -> None:
        """A run begins."""
        self._run_clock = time.perf_counter()

    def count_run(self) -> None:
        """Add the time since the run began, or was last counted, to the history's."""
        if self._run_clock is not None:
            now = time.perf_counter()
            self.history.seconds += now - self._run_clock
            self._run_clock = now

    def end_run(self) -> None:
        """The run is over."""
        self.count_run()
        self._run_clock = None

    def start_clock(self) -> None:
        """Steps begin; their time ends when their losses are here."""
        self._clock = time.perf_counter()

    def keep(self, iteration: int, loss: Array) -> None:
        """Keep the loss of a step, on the device."""
        if not self._pending:
            self._pending.append((len(self.history.losses), iteration, loss))
        elif self._pending[-1][1] != iteration:
            self._pending.append((self._pending[-1][0] + 1, iteration, loss))

    def fetch(self, backend: Backend) -> None:
        """Bring the losses over; they are kept, to be looked at, until `collect`."""
        if self._pending:
            places, iterations, losses = zip(*self._pending, strict=True)
            self.history.losses[places[0] :] = backend.floats(losses)
            self._owed = iterations[-1]
        if self._clock is not None:
            self.history.step_seconds += time.perf_counter() - self._clock
            self._clock = None

    def collect(self, backend: Backend, optimizer: Optimizer) -> None:
        """Bring the losses over, and look at them.

        Raises
        ------
        NonFiniteLossError
        """
        self.fetch(backend)
        collected, self._pending = self._pending, []
        for place, iteration, _ in collected:
            loss = self.history.losses[place]
            if not math.isfinite(loss):
                self._owed = 0
                raise NonFiniteLossError(
                    f"the loss is {loss} at iteration {iteration}: try a smaller learning "
                    f"rate{_rate(optimizer)}, smaller initial weights, or inputs of smaller size "
                    "(scale=1/255 for uint8 pixels)",
                    iteration,
                    self.history,
                )

    def note(self, iteration: int, **evaluated: float | None) -> Record:
        """A record of this iteration, in the place of one that was noted early.

        Parameters
        ----------
        iteration : int
        **evaluated : float or None
            What the record has beside its loss, by the names of `Record`.

        Raises
        ------
        NonFiniteLossError
            A loss or a score is NaN or infinite.
        """
        for name, value in evaluated.items():
            if value is not None and not math.isfinite(value):
                kind = name.partition("_")[0]
                raise NonFiniteLossError(
                    f"the {name.replace('_', ' ')} is {value} after iteration {iteration}: look "
                    f"for NaN in the rows of the {kind} set, or try a smaller learning rate",
                    iteration,
                    self.history,
                )
        record = self._record(iteration, evaluated)
        self._owed = 0
        return record

    def note_early(self, iteration: int) -> None:
        """A record without accuracies where a run was cut off, unless there is one."""
        final = self.history.final
        if self.owes(iteration) and (final is None or final.iteration != iteration):
            self._record(iteration, {}, early=True)

    def owes(self, iteration: int) -> bool:
        """Whether a run did this iteration, and was cut off before it had its record."""
        final = self.history.final
        noted = final is not None and final.iteration == iteration and not self.last_is_early
        return iteration > 0 and self.owed == iteration and not noted

    def _record(
        self, iteration: int, evaluated: Mapping[str, float | None], early: bool = False
    ) -> Record:
        epoch = math.ceil(iteration / self._steps_per_epoch)
        record = Record(iteration, epoch, self.history.losses[-1], **evaluated)
        records = self.history.records
        start = len(records) - self.last_is_early
        if early:
            self._early = record
        records[start:] = [record]  # taken back and noted at once
        return record


def _rate(optimizer: Optimizer) -> str:
    """The learning rate of the optimizer, which may be of another class, without one."""
    lr = getattr(optimizer, "lr", None)
    return f" (it is {rate_text(lr)})" if is_number(lr) or callable(lr) else ""
