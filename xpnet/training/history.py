"""History: what a training run recorded."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xpnet.files import write_whole
from xpnet.tables import html_paragraphs, html_table, text_table

__all__ = ["History", "Record"]

COLUMNS = (
    ("epoch", "epoch", "d"),
    ("iteration", "iteration", "d"),
    ("loss", "loss", ".4f"),
    ("train acc", "train_accuracy", ".4f"),
    ("test acc", "test_accuracy", ".4f"),
    ("train R2", "train_score", ".4f"),
    ("test R2", "test_score", ".4f"),
    ("val loss", "validation_loss", ".4f"),
    ("val acc", "validation_accuracy", ".4f"),
    ("val R2", "validation_score", ".4f"),
)
"""The columns of a table of records: header, attribute of `Record` and format."""

VALIDATION = "validation_loss", "validation_accuracy", "validation_score"
SCORES = "train_score", "test_score", "validation_score"
ACCURACIES = "train_accuracy", "test_accuracy", "validation_accuracy"
EVALUATED = *ACCURACIES[:2], *SCORES[:2], *VALIDATION
"""The attributes of a `Record` that may be None."""

SHOWN = 20
"""Records in a table, at most; of a longer history, half of them from each end."""


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
    validation_loss, validation_accuracy : float or None
        Of the whole validation set, after the update; the loss is the mean over its rows. None
        without a validation set, or where the accuracies are None.
    train_score, test_score, validation_score : float or None
        Of a network that does regression, in place of the accuracies: R^2, as `Network.score`.
    """

    iteration: int
    epoch: int
    loss: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    train_score: float | None = None
    test_score: float | None = None
    validation_score: float | None = None


@dataclass
class History:
    """All that a `Trainer` recorded so far.

    A loop goes over the records, and ``len(history)`` is their number. Printed, or shown by a
    notebook, it is a table of the records; of more than 20 it shows the first and the last 10.

    Attributes
    ----------
    records : list of Record
        One an epoch, and one at the end of a run. The record of a run that ended within an epoch
        is replaced by the first of the next run.
    losses : list of float
        The loss of every step of `Trainer.run`.
    seconds, step_seconds : float
        Wall time of the runs, and of their steps without evaluation.
    interrupted : bool
        Whether Ctrl-C ended the last run.

    Examples
    --------
    >>> records = [Record(600, 1, 0.25, 0.9062, 0.9075), Record(1200, 2, 0.21, 0.9241, 0.9228)]
    >>> history = History(records, losses=[0.25] * 1200, seconds=0.5)
    >>> history
    History(2 records, epoch 2, iteration 1200, loss 0.2100, train acc 0.9241, test acc 0.9228)
    >>> print(history)
    epoch  iteration    loss  train acc  test acc
        1        600  0.2500     0.9062    0.9075
        2       1200  0.2100     0.9241    0.9228
    1,200 steps in 0.5 s
    >>> [record.test_accuracy for record in history]
    [0.9075, 0.9228]
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
    def is_regression(self) -> bool:
        """Whether a record has a score in place of an accuracy."""
        return any(getattr(record, name) is not None for record in self.records for name in SCORES)

    @property
    def steps_per_second(self) -> float:
        """Training steps a second, evaluation not counted."""
        return len(self.losses) / self.step_seconds if self.step_seconds else 0.0

    def as_dicts(self) -> list[dict[str, int | float | None]]:
        """The records as plain dicts, for JSON.

        Without what is of validation if there was none, and without the scores of a regression or,
        if it was one, without accuracies.
        """
        names = self._names
        return [{name: getattr(record, name) for name in names} for record in self.records]

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """The records as CSV: a header, and a row for each; None is an empty cell.

        There are columns for validation where there was one. Those of a regression are
        ``train_score`` and ``test_score``, not ``train_accuracy`` and ``test_accuracy``.

        Parameters
        ----------
        path : str or path, optional
            Where to write the text too, whole or not at all.

        Raises
        ------
        OptionError
            The path cannot be written.

        Examples
        --------
        >>> print(History([Record(600, 1, 0.25, 0.9062, None)]).to_csv())
        iteration,epoch,loss,train_accuracy,test_accuracy
        600,1,0.25,0.9062,
        <BLANKLINE>
        """
        stream = io.StringIO()
        table = csv.DictWriter(stream, self._names, lineterminator="\n")
        table.writeheader()
        table.writerows(self.as_dicts())
        if path is not None:
            write_whole(path, stream.getvalue())
        return stream.getvalue()

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def __repr__(self) -> str:
        parts = ["1 record" if len(self) == 1 else f"{len(self)} records"]
        if self.final is not None:
            names, last = _table([self.final])
            parts += [f"{name} {cell}" for name, cell in zip(names, last, strict=True)]
        if self.interrupted:
            parts.append("interrupted")
        return f"History({', '.join(parts)})"

    def __str__(self) -> str:
        rows = _table(self.records)
        return "\n".join([*text_table(rows, right=range(len(COLUMNS))), self._remark])

    def _repr_html_(self) -> str:
        return html_table(_table(self.records)) + html_paragraphs([self._remark])

    @property
    def _names(self) -> list[str]:
        """The attributes of a record, without those that no record of this run can have."""
        left_out = set(ACCURACIES if self.is_regression else SCORES)
        if all(record.validation_loss is None for record in self.records):
            left_out |= set(VALIDATION)
        names = "iteration", "epoch", "loss", *EVALUATED
        return [name for name in names if name not in left_out]

    @property
    def _remark(self) -> str:
        ended = ", interrupted" if self.interrupted else ""
        return f"{len(self.losses):,} steps in {self.seconds:.1f} s{ended}"


def _table(records: Sequence[Record]) -> list[list[str]]:
    """A header and a row for each record, without the columns in which no record has a value."""
    columns = []
    for name, attribute, spec in COLUMNS:
        values = [getattr(record, attribute) for record in records]
        if any(v is not None for v in values) or (
            not values and attribute not in (*VALIDATION, *SCORES)
        ):
            columns.append([name, *("" if v is None else format(v, spec) for v in values)])
    header, *rows = map(list, zip(*columns, strict=True))
    if len(rows) > SHOWN:
        rows[SHOWN // 2 : -SHOWN // 2] = [["..."] * len(header)]
    return [header, *rows]
