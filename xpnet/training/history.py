"""History: what a training run recorded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["History", "Record"]


@dataclass(frozen=True)
class Record:
    """The state at the end of an epoch, or at the end of a run.

    Attributes
    ----------
    iteration : int
        Steps done.
    epoch : int
        The epoch this iteration belongs to, counted from 1.
    loss : float
        Of this iteration's batch, from the step's own forward: before its update. The chapter
        computes the loss once more after the update.
    train_accuracy, test_accuracy : float or None
        Over the whole training and test set, after the update; None without evaluation, as
        when Ctrl-C or an error ended the run here.
    """

    iteration: int
    epoch: int
    loss: float
    train_accuracy: float | None
    test_accuracy: float | None


@dataclass
class History:
    """All that a `Trainer` recorded so far.

    Attributes
    ----------
    records : list of Record
        One an epoch, and one at the end of a run. That of a run that was cut off gives way to
        the first of the next run.
    losses : list of float
        The loss of every step of `Trainer.run`.
    seconds, step_seconds : float
        Wall time of the runs, and of their steps without evaluation.
    interrupted : bool
        Whether Ctrl-C ended the last run.
    """

    records: list[Record] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    seconds: float = 0.0
    step_seconds: float = 0.0
    interrupted: bool = False

    @property
    def final(self) -> Record | None:
        """The last record, or None before the first."""
        return self.records[-1] if self.records else None

    @property
    def steps_per_second(self) -> float:
        """Training steps a second, evaluation not counted."""
        return len(self.losses) / self.step_seconds if self.step_seconds else 0.0

    def as_dicts(self) -> list[dict[str, Any]]:
        """The records as plain dicts, for JSON."""
        return [asdict(record) for record in self.records]
