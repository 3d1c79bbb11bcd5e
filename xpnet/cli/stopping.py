"""Early stopping of ``xpnet train``: its options, its callback, and what is said of it."""

from __future__ import annotations

from typing import Any

from xpnet.errors import OptionError
from xpnet.training import Callback, EarlyStopping, Record, Trainer

__all__ = ["best_record", "check_stopping", "stopped", "stopping"]


def check_stopping(patience: int | None, validation: float | None) -> None:
    """`OptionError` where these options cannot be, before data are read."""
    if validation is not None and not 0 < validation < 1:
        raise OptionError(f"--validation: expected a share above 0 and below 1, got {validation}")
    if patience is None:
        return
    if patience < 1:
        raise OptionError(f"--early-stopping: expected a whole number from 1 on, got {patience}")
    if validation is None:
        raise OptionError(
            f"--early-stopping {patience}: expected --validation with it, such as --validation 0.1"
        )


def stopping(patience: int | None) -> list[Callback]:
    """The callback that stops a run, in a list; it stands before all others."""
    return [] if patience is None else [EarlyStopping(patience)]


def stopped(trainer: Trainer) -> dict[str, Any]:
    """What the JSON of a run says of it: the best value, its iteration, and if it ended the run."""
    callback = _callback(trainer)
    if callback is None:
        return {}
    names = "stopped", "best_iteration", "best_value"
    return {"early_stopping": {name: getattr(callback, name) for name in names}}


def best_record(trainer: Trainer) -> Record | None:
    """The record whose network is there after a run, or the last one."""
    callback, records = _callback(trainer), trainer.history.records
    best = None if callback is None else callback.best_iteration
    return next((r for r in records if r.iteration == best), trainer.history.final)


def _callback(trainer: Trainer) -> EarlyStopping | None:
    found = (each for each in trainer.callbacks if isinstance(each, EarlyStopping))
    return next(found, None)
