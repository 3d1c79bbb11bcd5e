"""Runner: one run of a trainer, up to its goal or to where something cuts it off."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from xpnet.backends import Array
from xpnet.training.evaluation import evaluated
from xpnet.training.recorder import Recorder
from xpnet.training.signals import Hold

if TYPE_CHECKING:
    from xpnet.training.trainer import Trainer

__all__ = ["Runner"]


class Runner:
    """The steps, records and callbacks of one run.

    Parameters
    ----------
    trainer : Trainer
    recorder : Recorder
        Of the trainer's history.
    signals : Hold
        Which is entered for the run.
    """

    def __init__(self, trainer: Trainer, recorder: Recorder, signals: Hold) -> None:
        self._trainer, self._recorder, self._signals = trainer, recorder, signals
        self._awaited: int | None = None  # the iteration whose loss the run waits for

    def run(self, goal: int) -> None:
        """Train up to this iteration."""
        trainer, recorder = self._trainer, self._recorder
        # whether the run before was cut off where it would have evaluated
        owed = self._at_a_record() and recorder.owes(trainer.iteration)
        trainer.goal, trainer.history.interrupted, trainer._stopped = goal, False, False
        recorder.start_run()
        with ExitStack() as ending:
            for callback in reversed(trainer.callbacks):
                ending.callback(callback.on_end, trainer, trainer.history)
            ending.callback(recorder.end_run)
            try:
                for callback in trainer.callbacks:
                    callback.on_start(trainer, goal)
                if owed:
                    self._record()
                while trainer.iteration < trainer.goal:
                    with trainer._in_threads():
                        self._steps_to_a_record()
                    self._record()
            except BaseException as error:
                trainer.history.interrupted = isinstance(error, KeyboardInterrupt)
                self._end_early(error)
                raise

    def _steps_to_a_record(self) -> None:
        trainer = self._trainer
        self._recorder.start_clock()
        while True:
            self._signals.check()
            self._awaited = trainer.iteration + 1
            # what overflows shows in the loss, and gets one error instead of many warnings
            with np.errstate(all="ignore"):
                loss = trainer._next_step()
            self._keep(loss)
            for callback in trainer.callbacks:
                callback.on_step(trainer, loss)
            if self._at_a_record():
                return

    def _keep(self, loss: Array) -> None:
        self._recorder.keep(self._trainer.iteration, loss)
        self._awaited = None

    def _at_a_record(self) -> bool:
        """Whether an epoch or the run ends at this iteration."""
        trainer = self._trainer
        return trainer.iteration >= trainer.goal or trainer.iteration % trainer.steps_per_epoch == 0

    def _record(self) -> None:
        trainer = self._trainer
        self._recorder.collect(trainer.net.backend, trainer.optimizer)
        with np.errstate(all="ignore"), self._signals.released():
            evaluate = partial(evaluated, trainer)
            found = trainer._capturing.with_its_memory(evaluate, trainer.net.backend)
        record = self._recorder.note(trainer.iteration, **found)
        for callback in trainer.callbacks:
            callback.on_record(trainer, record)
        if any(trainer.comm.gather(trainer._stopped)):
            trainer.goal = trainer.iteration

    def _end_early(self, error: BaseException) -> None:
        """Bring what was done into the history, whatever cut the run off."""
        trainer = self._trainer
        number, loss = trainer._last
        if trainer._updates.are_whole() and number == trainer.iteration == self._awaited:
            self._keep(loss)
        if isinstance(error, KeyboardInterrupt):
            self._recorder.collect(trainer.net.backend, trainer.optimizer)
        with suppress(Exception):  # the error that came first is the one to see
            self._recorder.fetch(trainer.net.backend)
            self._recorder.note_early(trainer.iteration)
