"""Capturing: when a step is captured, replayed, or done plainly."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from xpnet.backends import Array, Backend
from xpnet.errors import CaptureError, OptionError, OutOfMemoryError
from xpnet.networks.out_of_memory import free_memory
from xpnet.training.captured_step import CapturedStep

if TYPE_CHECKING:
    from xpnet.training.stepper import Stepper

__all__ = ["Capturing"]

T = TypeVar("T")

LOSSES = "float32", "float64"
"""The dtypes that a loss may have."""


class Capturing:
    """The captured step of a trainer, from the second step of a run on.

    Parameters
    ----------
    wanted : bool or None
        As ``Trainer(capture=...)`` has it.

    Raises
    ------
    OptionError
        `wanted` is something else.
    """

    def __init__(self, wanted: bool | None) -> None:
        if wanted not in (None, True, False):
            raise OptionError(
                f"capture={wanted!r}: expected True, False, or None, which captures where it can"
            )
        self._wanted = wanted
        self._step: CapturedStep | None = None
        self._possible = False
        self._given_up = False

    def __getstate__(self) -> dict[str, Any]:
        """A copy captures a step of its own: this one works on memory of this trainer."""
        return {**self.__dict__, "_step": None}

    @property
    def has_step(self) -> bool:
        """Whether a step is captured."""
        return self._step is not None

    def check(self, stepper: Stepper) -> None:
        """Find out whether steps can be captured, before a run.

        Raises
        ------
        OptionError
            They have to be, and something stands against it.
        """
        against = [] if self._wanted is False else list(stepper.obstacles())
        if self._wanted and against:
            raise OptionError(f"capture=True: {'; '.join(against)}: write capture=None or False")
        self._possible = self._wanted is not False and not against and not self._given_up

    def step(self, stepper: Stepper) -> Array | None:
        """Do the next step captured and give its loss, or None where it is to be a plain one."""
        if not self._possible:
            return None
        iteration = stepper.iteration
        if iteration % stepper.steps_per_epoch >= stepper.batches.full:
            return None  # the last, smaller batch
        step = self._step
        if step is None or not step.fits(stepper):
            return self._first(stepper, iteration)
        try:
            if not step.is_prepared(iteration):
                step.prepare(iteration)
            return _done(stepper, step, step.replay)
        except MemoryError as error:
            self._give_up("there is no memory for it", error)
            return None

    def with_its_memory(self, call: Callable[[], T], backend: Backend) -> T:
        """What `call` gives; where memory runs out, once more without the captured step."""
        try:
            return call()
        except OutOfMemoryError as error:  # nothing was done
            if self._step is None:
                raise
            free_memory(error, backend)
            self._give_up("its memory is needed", error)
        return call()

    def _first(self, stepper: Stepper, iteration: int) -> Array | None:
        """Do a step and capture it, if the step before has made all that it needs."""
        self._step = None
        done, loss = stepper._last
        if done != iteration or done == 0 or not stepper.optimizer.is_ready(stepper.net.params):
            return None
        if str(getattr(loss, "dtype", "")) not in LOSSES:
            kind = getattr(loss, "dtype", type(loss).__name__)
            self._give_up(f"the loss is {kind}; expected an array of {' or '.join(LOSSES)}")
            return None
        try:
            return self._record(stepper, iteration, loss.dtype)
        except MemoryError as error:
            free_memory(error, stepper.net.backend)  # and what a pool keeps for plain steps
        try:
            return self._record(stepper, iteration, loss.dtype)
        except MemoryError as error:
            free_memory(error, stepper.net.backend)
            self._give_up("there is no memory for it", error)
            return None

    def _record(self, stepper: Stepper, iteration: int, loss_dtype: Any) -> Array:
        step = CapturedStep(stepper, loss_dtype)
        step.prepare(iteration)
        try:
            loss = stepper._done_or_not(partial(_done, stepper, step, step.record))
        except CaptureError as error:
            stepper._updates.check()  # counts the step, which is done
            self._give_up(str(error), error)
            return step.loss()
        self._step = step
        return loss

    def _give_up(self, why: str, error: Exception | None = None) -> None:
        """Go on plainly from here on."""
        self._step, self._possible, self._given_up = None, False, True
        if self._wanted:
            raise CaptureError(f"capture=True: a step cannot be captured: {why}") from error
        warnings.warn(
            f"a step cannot be captured: {why}. Training goes on with the same results, by "
            "several launches a step; Trainer(capture=False) does so without a warning",
            RuntimeWarning,
            stacklevel=2,
        )


def _done(stepper: Stepper, step: CapturedStep, do: Callable[[], None]) -> Array:
    """Do the iteration that `step` has prepared; its loss."""
    loss = step.loss()
    stepper._last = stepper.iteration + 1, loss
    stepper._updates.run_captured(step, do, stepper.optimizer)
    return loss
