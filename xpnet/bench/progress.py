"""Progress through several contests: a bar on a terminal, plain lines in a pipe."""

from __future__ import annotations

from types import TracebackType
from typing import IO, Any

__all__ = ["Bar", "Display", "Lines", "display"]


class Display:
    """Shows nothing; the others say where the work is.

    Parameters
    ----------
    stream : file
        Where they write.
    parts : int
        How many contests there are.
    """

    def __init__(self, stream: IO[str], parts: int) -> None:
        self.stream, self.parts = stream, parts
        self.part = 0

    def __enter__(self) -> Display:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def prepare(self, told: str) -> None:
        """The next contest is being set up: the libraries that it needs are imported."""
        self.part += 1
        self.told = told

    def start(self, contenders: list[str], turns: int, compiles: bool) -> None:
        """It is set up, and so many turns begin; some contenders may compile in the first."""

    def tick(self) -> None:
        """One contender has had its turn."""


class Lines(Display):
    """A plain line for each contest."""

    def prepare(self, told: str) -> None:
        super().prepare(told)
        print(f"{self.part} of {self.parts}: {told}", file=self.stream, flush=True)


class Bar(Display):
    """A bar that moves when a contender has had its turn, and names the next."""

    def __enter__(self) -> Display:
        # here and nowhere else: a run without a bar does not pay for rich
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.table import Column

        words = TextColumn(
            "{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)
        )
        # it is drawn between the turns only: a thread that draws would run beside what is timed
        self._bar: Any = Progress(
            BarColumn(bar_width=12),
            TimeElapsedColumn(),
            words,
            console=Console(file=self.stream, highlight=False),
            auto_refresh=False,
            transient=True,
            expand=True,
        )
        self._bar.start()
        self._task = self._bar.add_task("", total=self.parts)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def prepare(self, told: str) -> None:
        super().prepare(told)
        self._draw(self.part - 1, f"setting up: {told}")

    def start(self, contenders: list[str], turns: int, compiles: bool) -> None:
        self._contenders, self._turns, self._ticks = contenders, turns, 0
        self._first = " (compilers compile)" if compiles else ""
        self._announce()

    def tick(self) -> None:
        self._ticks += 1
        if self._ticks < self._turns * len(self._contenders):
            self._announce()

    def _announce(self) -> None:
        turn, place = divmod(self._ticks, len(self._contenders))
        share = self._ticks / (self._turns * len(self._contenders))
        words = f"{self._contenders[place]}, turn {turn + 1} of {self._turns}"
        words += "" if turn else self._first
        self._draw(self.part - 1 + share, f"{words}: {self.told}")

    def _draw(self, completed: float, words: str) -> None:
        self._bar.update(self._task, completed=completed, description=words, refresh=True)


def display(stream: IO[str], parts: int, quiet: bool = False) -> Display:
    """The display for a stream: silent, or a bar on a terminal, or lines.

    Parameters
    ----------
    stream : file
    parts : int
        How many contests it will show.
    quiet : bool
    """
    if quiet:
        return Display(stream, parts)
    return Bar(stream, parts) if stream.isatty() else Lines(stream, parts)
