"""Progress of a training run: a bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

import sys
from typing import IO, Any

import numpy as np

from xpnet.backends import Array
from xpnet.errors import OptionError
from xpnet.training.callbacks import Callback, Run
from xpnet.training.history import History, Record

__all__ = ["Bar", "Lines", "progress_callback"]

STEPS_A_MOVE = 50
"""The bar moves once in so many steps: moving it costs as much as a tenth of a small step."""


def progress_callback(progress: bool | None, stream: IO[str] | None = None) -> list[Callback]:
    """The callback for ``Trainer(progress=...)``, in a list; none when silent.

    Parameters
    ----------
    progress : bool or None
        True is the bar, False silence; None the bar on a terminal, else lines.
    stream : file, optional
        Where to write; by default to what ``sys.stdout`` is then, if it is anything.

    Raises
    ------
    OptionError
        `progress` is something else.
    """
    if progress is not None and not isinstance(progress, (bool, np.bool_)):
        raise OptionError(
            f"progress is {progress!r}: wanted True for a bar, False for silence, or None; "
            "objects go into callbacks"
        )
    if progress is None:
        return [Bar(stream) if _is_terminal(stream or sys.stdout) else Lines(stream)]
    return [Bar(stream)] if progress else []


def _is_terminal(stream: Any) -> bool:
    """Whether somebody looks; ``sys.stdout`` may be None, or a stand-in that does not say."""
    return hasattr(stream, "isatty") and not getattr(stream, "closed", False) and stream.isatty()


def _line(record: Record) -> str:
    """One record, in the chapter's words."""
    words = [f"epoch {record.epoch:>3}", f"iteration {record.iteration:>6}"]
    words.append(f"loss {record.loss:.4f}")
    if record.train_accuracy is not None and record.test_accuracy is not None:
        accuracies = f"{record.train_accuracy:.4f}, {record.test_accuracy:.4f}"
        words.append(f"train acc, test acc | {accuracies}")
    return "  ".join(words)


class Lines(Callback):
    """A plain line for each record."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream

    def on_record(self, trainer: Run, record: Record) -> None:
        print(_line(record), file=self.stream, flush=True)


class Bar(Callback):
    """A line for each record, and below them a bar that moves."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream
        self._bar: Any = None

    def __getstate__(self) -> dict[str, Any]:
        """A copy, made in a run or not, has no bar on the terminal: its own run makes one."""
        return {"stream": self.stream, "_bar": None}

    def on_start(self, trainer: Run, goal: int) -> None:
        # here and nowhere else: a script without a bar does not pay for rich
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(file=self.stream, highlight=False)
        columns = BarColumn(), MofNCompleteColumn(), "steps", TimeRemainingColumn()
        self._bar = Progress(*columns, console=console, transient=True)
        self._bar.start()
        self._task = self._bar.add_task("", total=goal, completed=trainer.iteration)

    def on_step(self, trainer: Run, loss: Array) -> None:
        if trainer.iteration % STEPS_A_MOVE == 0:
            self._bar.update(self._task, completed=trainer.iteration)

    def on_record(self, trainer: Run, record: Record) -> None:
        self._bar.update(self._task, completed=trainer.iteration)
        self._bar.console.print(_line(record), soft_wrap=True)

    def on_end(self, trainer: Run, history: History) -> None:
        if self._bar is not None:  # another callback may have failed before this one began
            self._bar.stop()
