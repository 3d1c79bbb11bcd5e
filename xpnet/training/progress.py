"""Progress of a training run: a bar on a terminal, plain lines in a pipe or a notebook."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import IO, TYPE_CHECKING

import numpy as np

from xpnet.backends import Array
from xpnet.errors import OptionError
from xpnet.training.callbacks import Callback, Run
from xpnet.training.history import History, Record

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Bar", "Lines", "progress_callback"]

STEPS_A_MOVE = 50
"""Steps from one move of the bar to the next: a move takes a tenth of the time of a small step."""


def progress_callback(progress: bool | None, *, stream: IO[str] | None = None) -> list[Callback]:
    """The callback for ``Trainer(progress=...)``, in a list; none when silent.

    Parameters
    ----------
    progress : bool or None
        True is the bar, False silence; None is the bar on a terminal, else lines. Where a bar
        cannot move, which is in a notebook without ipywidgets, there are lines in its place.
    stream : file, optional
        Where to write; by default to ``sys.stdout``, as it is at the time of writing.

    Raises
    ------
    OptionError
        `progress` is something else.

    Examples
    --------
    >>> progress_callback(False)
    []
    """
    if progress is not None and not isinstance(progress, (bool, np.bool_)):
        raise OptionError(
            f"expected progress to be True (a bar), False (silence) or None, got {progress!r}; "
            "pass an object that follows the run in callbacks=[...]"
        )
    if progress is not None and not progress:
        return []
    wants_bar = progress is not None or _is_terminal(stream or sys.stdout)
    return [Bar(stream) if wants_bar and _can_move_a_bar() else Lines(stream)]


def _is_terminal(stream: object) -> bool:
    """Whether this is a terminal; ``sys.stdout`` may be None, closed, or without ``isatty``."""
    return (
        hasattr(stream, "isatty") and not getattr(stream, "closed", False) and bool(stream.isatty())
    )


def _can_move_a_bar() -> bool:
    """Whether rich can show a bar here: in a notebook its live display needs ipywidgets."""
    # imported late: a script without a bar does not pay for rich
    from rich.console import Console

    return not Console().is_jupyter or find_spec("ipywidgets") is not None


def _line(record: Record) -> str:
    """One record, in the chapter's words."""
    words = [f"epoch {record.epoch:>3}", f"iteration {record.iteration:>6}"]
    words.append(f"loss {record.loss:.4f}")
    if record.train_accuracy is not None and record.test_accuracy is not None:
        accuracies = f"{record.train_accuracy:.4f}, {record.test_accuracy:.4f}"
        words.append(f"train acc, test acc | {accuracies}")
    if record.train_score is not None and record.test_score is not None:
        scores = f"{record.train_score:.4f}, {record.test_score:.4f}"
        words.append(f"train R2, test R2 | {scores}")
    if record.validation_loss is not None and record.validation_accuracy is not None:
        values = f"{record.validation_loss:.4f}, {record.validation_accuracy:.4f}"
        words.append(f"val loss, val acc | {values}")
    if record.validation_loss is not None and record.validation_score is not None:
        values = f"{record.validation_loss:.4f}, {record.validation_score:.4f}"
        words.append(f"val loss, val R2 | {values}")
    return "  ".join(words)


class Lines(Callback):
    """A plain line for each record."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream

    def on_record(self, trainer: Run, record: Record) -> None:
        print(_line(record), file=self.stream, flush=True)


class Bar(Callback):
    """A line for each record, and below them a bar that moves."""

    _bar: Progress

    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream
        self._started = False

    def __getstate__(self) -> dict[str, object]:
        """A copy, even one that is made within a run, has no bar yet: its own run makes one."""
        return {"stream": self.stream, "_started": False}

    def on_start(self, trainer: Run, goal: int) -> None:
        # imported late: a script without a bar does not pay for rich
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        console = Console(file=self.stream, highlight=False)
        columns = BarColumn(), MofNCompleteColumn(), "steps", TimeRemainingColumn()
        self._bar = Progress(*columns, console=console, transient=True)
        self._bar.start()
        self._started = True
        self._task = self._bar.add_task("", total=goal, completed=trainer.iteration)

    def on_step(self, trainer: Run, loss: Array) -> None:
        if trainer.iteration % STEPS_A_MOVE == 0:
            self._bar.update(self._task, completed=trainer.iteration)

    def on_record(self, trainer: Run, record: Record) -> None:
        self._bar.update(self._task, completed=trainer.iteration)
        console = self._bar.console  # a terminal that is too narrow gets whole words
        console.print(_line(record), soft_wrap=not console.is_terminal)

    def on_end(self, trainer: Run, history: History) -> None:
        if self._started:  # not so where a callback before this one failed in its on_start
            self._bar.stop()
            self._started = False
