"""TensorBoard: the callback that writes a run for TensorBoard; needs the extra ``tensorboard``."""

from __future__ import annotations

import importlib.util
import os
import platform
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xpnet.backends import Array
from xpnet.errors import MissingExtraError, OptionError
from xpnet.files import expanded
from xpnet.training.callbacks import Callback, Run
from xpnet.training.history import History, Record

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Writes the loss of each step, and at each record what was evaluated and steps a second.

    Losses are written when they are in the history, at a record or a checkpoint, so that no step
    waits for the device. Between two such moments no file is open. In a list of callbacks it
    stands behind `Checkpoint`: what a checkpoint holds is then written too.

    Parameters
    ----------
    folder : str or path
        Made where it does not exist. A run that goes on in it takes the place of what was written
        there of its steps.

    Raises
    ------
    MissingExtraError
        tensorboard is not installed.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtraError(
                "writing for TensorBoard needs tensorboard: pip install 'xpnet[tensorboard]'"
            )
        self.folder = expanded(folder)
        self._path: Path | None = None

    def on_start(self, trainer: Run, goal: int) -> None:
        """Refuse a folder that cannot be written, before the work."""
        self._written = len(trainer.history.losses)
        self._before = trainer.iteration - self._written  # steps that no run has recorded
        self._rated = self._written, trainer.history.step_seconds
        first = [] if self._path else [{"file_version": "brain.Event:2"}]
        # readers drop what an earlier process wrote from this step on
        start = {"step": trainer.iteration + 1, "session_log": {"status": "START"}}
        # files are read in the order of their names
        name = f"events.out.tfevents.{time.time():.6f}.{platform.node()}.{os.getpid()}"
        path = self._path or self.folder / name
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _append(path, [*first, start])
        except OSError as error:
            raise OptionError(
                f"{self.folder} cannot be written: {error.strerror}; name a folder that exists or "
                "can be made"
            ) from error
        self._path = path

    def on_step(self, trainer: Run, loss: Array) -> None:
        """Write the losses that a checkpoint has brought into the history."""
        if self._path and len(trainer.history.losses) > self._written:
            _append(self._path, self._losses(trainer.history))

    def on_record(self, trainer: Run, record: Record) -> None:
        """Write the losses up to here, what was evaluated, and the speed."""
        values = {
            "accuracy/train": record.train_accuracy,
            "accuracy/test": record.test_accuracy,
            "accuracy/validation": record.validation_accuracy,
            "R2/train": record.train_score,
            "R2/test": record.test_score,
            "R2/validation": record.validation_score,
            "loss/validation": record.validation_loss,
        }
        history, (steps, seconds) = trainer.history, self._rated
        self._rated = len(history.losses), history.step_seconds
        if history.step_seconds > seconds:
            values["steps a second"] = (len(history.losses) - steps) / (
                history.step_seconds - seconds
            )
        known = [(tag, value) for tag, value in values.items() if value is not None]
        if self._path:
            _append(self._path, [*self._losses(history), _scalars(record.iteration, known)])

    def on_end(self, trainer: Run, history: History) -> None:
        """Write what is left of a run that was cut off."""
        if self._path:  # not so where a run failed in its on_start
            _append(self._path, self._losses(history))

    def _losses(self, history: History) -> Iterator[dict[str, Any]]:
        """The losses that are not written yet."""
        start, self._written = self._written, len(history.losses)
        for place, loss in enumerate(history.losses[start:], start):
            yield _scalars(self._before + place + 1, [("loss", loss)])


def _append(path: Path, events: Iterable[dict[str, Any]]) -> None:
    # imported late: tensorboard is an extra, and slow to import
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.summary.writer.record_writer import RecordWriter

    with path.open("ab") as stream:
        writer = RecordWriter(stream)
        for event in events:
            writer.write(Event(wall_time=time.time(), **event).SerializeToString())


def _scalars(step: int, values: Sequence[tuple[str, float]]) -> dict[str, Any]:
    return {
        "step": step,
        "summary": {"value": [{"tag": tag, "simple_value": value} for tag, value in values]},
    }
