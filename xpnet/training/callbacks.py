"""Callback: what a training run calls on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xpnet.backends import Array
from xpnet.training.history import History, Record

if TYPE_CHECKING:
    from xpnet.training.trainer import Trainer

__all__ = ["Callback"]


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

    def on_start(self, trainer: Trainer, goal: int) -> None:
        """A run begins; it will end at iteration `goal`."""

    def on_step(self, trainer: Trainer, loss: Array) -> None:
        """A step is done. `loss` is still on the device: ``float(loss)`` would wait for it."""

    def on_record(self, trainer: Trainer, record: Record) -> None:
        """An epoch or the run has ended, and was evaluated."""

    def on_end(self, trainer: Trainer, history: History) -> None:
        """The run is over, whether it reached its goal or not."""
