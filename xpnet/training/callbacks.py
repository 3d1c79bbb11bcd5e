"""Callback: what a training run calls on its way."""

from __future__ import annotations

from typing import Any, Protocol

from xpnet.backends import Array
from xpnet.training.history import History, Record

__all__ = ["Callback", "Run"]


class Run(Protocol):
    """What a callback may ask of the trainer that calls it; it may reach for more of it."""

    net: Any
    optimizer: Any
    iteration: int
    steps_per_epoch: int
    history: History

    def stop(self) -> None:
        """End the run after the step it is in."""


class Callback:
    """Override what you need; each method does nothing here.

    Examples
    --------
    >>> class StopAt(Callback):
    ...     def __init__(self, accuracy):
    ...         self.accuracy = accuracy
    ...
    ...     def on_record(self, trainer, record):
    ...         if record.test_accuracy >= self.accuracy:
    ...             trainer.stop()
    """

    def on_start(self, trainer: Run, goal: int) -> None:
        """A run begins; it will end at iteration `goal`."""

    def on_step(self, trainer: Run, loss: Array) -> None:
        """A step is done. `loss` is still on the device: ``float(loss)`` would wait for it."""

    def on_record(self, trainer: Run, record: Record) -> None:
        """An epoch or the run has ended, and was evaluated."""

    def on_end(self, trainer: Run, history: History) -> None:
        """The run is over, whether it reached its goal or not."""
