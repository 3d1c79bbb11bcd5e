"""Runner: steps, records and callbacks up to a goal, or to where something cuts them off."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from typing import Any

import numpy as np

from xpnet.backends import Array
from xpnet.training.callbacks import Callback, checked_callbacks
from xpnet.training.data import checked_set
from xpnet.training.history import History
from xpnet.training.recorder import Recorder
from xpnet.training.signals import Hold
from xpnet.training.stepper import Stepper

__all__ = ["Runner"]


class Runner(Stepper):
    """What a `Trainer` needs for its runs; see there for parameters and attributes."""

    def __init__(
        self, test: tuple[Array, Array] | None, callbacks: Iterable[Callback], **steps: Any
    ) -> None:
        super().__init__(**steps)
        self.test = None if test is None else checked_set(self.net, test, "test", self.scale)
        self.callbacks = checked_callbacks(callbacks)
        self._recorder = Recorder(History(), self.steps_per_epoch)
        self._goal, self._stopped = 0, False
        self._awaited: int | None = None  # the iteration whose loss a run waits for

    @property
    def history(self) -> History:
        """What all runs recorded; another one may be put in its place."""
        return self._recorder.history

    @history.setter
    def history(self, history: History) -> None:
        self._recorder.history = history

    def stop(self) -> None:
        """End the run after the step it is in; for callbacks."""
        self._stopped = True

    def _run(self, goal: int, signals: Hold) -> None:
        owed = self._at_a_record() and self._recorder.owes(self.iteration)
        self._goal, self._stopped, self.history.interrupted = goal, False, False
        begun = time.perf_counter()
        with ExitStack() as ending:
            for callback in reversed(self.callbacks):
                ending.callback(callback.on_end, self, self.history)
            ending.callback(self._count_seconds, begun)
            try:
                for callback in self.callbacks:
                    callback.on_start(self, goal)
                if owed:  # the run before was cut off where it would have evaluated
                    self._record(signals)
                while self.iteration < goal and not self._stopped:
                    with self._in_threads():
                        self._stretch(signals)
                    self._record(signals)
            except BaseException as error:
                self.history.interrupted = isinstance(error, KeyboardInterrupt)
                self._end_early(error)
                raise

    def _stretch(self, signals: Hold) -> None:
        """The steps to the next record."""
        self._recorder.start_clock()
        while True:
            signals.check()
            self._awaited = self.iteration + 1
            # what overflows shows in the loss, and gets one error instead of many warnings
            with np.errstate(all="ignore"):
                loss = self.step()
            self._keep(loss)
            for callback in self.callbacks:
                callback.on_step(self, loss)
            if self._at_a_record():
                return

    def _keep(self, loss: Array) -> None:
        self._recorder.keep(self.iteration, loss)
        self._awaited = None

    def _at_a_record(self) -> bool:
        """Whether an epoch or the run ends at this iteration."""
        at_end = self._stopped or self.iteration >= self._goal
        return at_end or self.iteration % self.steps_per_epoch == 0

    def _record(self, signals: Hold) -> None:
        self._recorder.collect(self.net.backend, self.optimizer)
        with np.errstate(all="ignore"), signals.passing():
            accuracies = [
                None if self.test is None else self.net.accuracy(*data, scale=self.scale)
                for data in (self.train, self.test or self.train)
            ]
        record = self._recorder.note(self.iteration, *accuracies)
        for callback in self.callbacks:
            callback.on_record(self, record)

    def _end_early(self, error: BaseException) -> None:
        """Bring what was done into the history, whatever cut the run off."""
        number, loss = self._last
        if self._is_whole() and number == self.iteration == self._awaited:
            self._keep(loss)
        if isinstance(error, KeyboardInterrupt):
            self._recorder.collect(self.net.backend, self.optimizer)
        with suppress(Exception):  # the error that came first is the one to see
            self._recorder.fetch(self.net.backend)
            self._recorder.note_early(self.iteration)

    def _count_seconds(self, begun: float) -> None:
        self.history.seconds += time.perf_counter() - begun
