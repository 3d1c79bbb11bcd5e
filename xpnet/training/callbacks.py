"""Callback: what a training run calls at its start, after each step and record, at its end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from xpnet.backends import Array
from xpnet.distributed import Communicator
from xpnet.errors import OptionError
from xpnet.networks import Network
from xpnet.optimizers import Optimizer
from xpnet.training.history import History, Record

__all__ = ["Callback", "Run", "checked_callbacks"]


class Run(Protocol):
    """What every trainer has that calls a callback; `Trainer` has more."""

    net: Network
    optimizer: Optimizer
    steps_per_epoch: int
    history: History
    goal: int
    checkpoint: Path | None
    comm: Communicator
    test: tuple[Array, Array] | None
    validation: tuple[Array, Array] | None

    @property
    def iteration(self) -> int:
        """Steps done, over all runs."""

    def stop(self) -> None:
        """End the run after the step it is in."""

    def save(self, folder: str | os.PathLike[str], keep: int | None = None) -> Path:
        """Write a checkpoint."""


class Callback:
    """Override the methods that you need; here each does nothing.

    Those named ``on_...`` are called between steps, and Ctrl-C waits until they return. A callback
    with another such method is refused, since no run would call it. `state` and `restore` are for
    what a callback remembers: a run that is resumed goes on with it.

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

    def state(self) -> dict[str, Any]:
        """What a checkpoint is to keep of this: JSON values and arrays of floats, by name."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take what `state` gave in the run that is resumed, arrays as NumPy's.

        It is called before the run goes on, if the run had such a callback: of a class of this
        name, and where there are several of one, at this place among them.
        """


HOOKS = tuple(name for name in vars(Callback) if name.startswith("on_"))


def checked_callbacks(callbacks: Iterable[Callback]) -> list[Callback]:
    """The callbacks in a list, if a run can call each of them.

    Raises
    ------
    OptionError
        One is a class, lacks a method of a callback, or has a method ``on_...`` that no run calls.
    """
    if not isinstance(callbacks, Iterable):
        raise OptionError(f"expected callbacks to be a list, as [callback], got {callbacks!r}")
    made = list(callbacks)
    for callback in made:
        _check(callback)
    return made


def _check(callback: object) -> None:
    if isinstance(callback, type):
        raise OptionError(
            f"expected a callback to be an object, got the class {callback.__name__}; "
            f"pass {callback.__name__}(...)"
        )
    # attributes of a Callback that are set on the object alone are data, under any name
    named = set(dir(type(callback) if isinstance(callback, Callback) else callback))
    unknown = sorted(
        name
        for name in named - set(HOOKS)
        if name.startswith("on_") and callable(getattr(callback, name, None))
    )
    if unknown:
        raise OptionError(
            f"expected {_listed(HOOKS)} to be the only methods on_... of a callback, got "
            f"{type(callback).__name__} with {_listed(unknown)}; no run calls that, so rename it"
        )
    missing = [name for name in HOOKS if not callable(getattr(callback, name, None))]
    if missing:
        raise OptionError(
            f"expected a callback with the methods {_listed(HOOKS)}, got {callback!r} without "
            f"{_listed(missing)}; inherit from xpnet.training.Callback, whose methods do nothing"
        )


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
