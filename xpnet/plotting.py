"""Pictures of a training run; needs the extra ``plot`` (matplotlib)."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xpnet.checks import check_matplotlib
from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from xpnet.training import History

__all__ = [
    "HistoryPlot",
    "check_plottable",
    "draw_accuracies",
    "draw_losses",
    "plot_history",
    "save",
]

ENDINGS = ".png", ".svg", ".pdf"
WINDOW = 100
"""Steps whose losses are averaged for a point of the curve."""
DENSE = 1000
"""Steps above which their marks are as small as can be."""


class HistoryPlot:
    """A picture of a training run, which a notebook shows and a file keeps.

    Parameters
    ----------
    history : History
        Drawn as it is now.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Its axes are the losses and the accuracies; what is changed in them is shown and saved.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """

    def __init__(self, history: History) -> None:
        check_matplotlib()
        self.figure = _figure(history)
        self._size = f"{len(history.losses):,} losses, {len(history):,} records"

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the picture to a file that ends in .png, .svg or .pdf, whole or not at all.

        Raises
        ------
        OptionError
            The path has another ending or cannot be written.
        """
        check_plottable(path)
        save(self.figure, path)

    def __repr__(self) -> str:
        return f"HistoryPlot({self._size})"

    def _repr_png_(self) -> bytes:
        # not SVG: with a mark for each step its size would grow with the run
        return _rendered(self.figure, "png")


def check_plottable(path: str | os.PathLike[str]) -> None:
    """Check that a picture can be drawn and written, before the work that it shows.

    Raises
    ------
    OptionError
        The ending is unknown, or the file cannot be written.
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> check_plottable("run.gif")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: expected a picture to end in .png, .svg or .pdf, got run.gif
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"expected a picture to end in .png, .svg or .pdf, got {path}")
    check_matplotlib()
    check_writable(path)


def save(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure of matplotlib in the format of the ending, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    path : str or path

    Raises
    ------
    OptionError
        The file cannot be written.
    """
    write_whole(path, _rendered(figure, Path(path).suffix[1:].lower()))


def plot_history(history: History, path: str | os.PathLike[str] | None = None) -> HistoryPlot:
    """Draw the loss of every step, and accuracies and validation loss of every record.

    Parameters
    ----------
    history : History
    path : str or path, optional
        Ending in .png, .svg or .pdf. Written whole or not at all.

    Returns
    -------
    HistoryPlot
        A notebook shows it.

    Raises
    ------
    OptionError
        The path has another ending or cannot be written.
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> plot_history(History(losses=[2.3, 1.9]), "run.gif")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: expected a picture to end in .png, .svg or .pdf, got run.gif
    """
    if path is not None:
        check_plottable(path)  # before it is drawn
    made = HistoryPlot(history)
    if path is not None:
        save(made.figure, path)
    return made


def _rendered(figure: Figure, kind: str) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=150)
    return stream.getvalue()


def draw_losses(axes: Any, history: History) -> None:
    """Draw the loss of every step, their means, and that of validation, into matplotlib's axes."""
    steps = range(1, len(history.losses) + 1)
    size = 1 if len(steps) > DENSE else 3
    axes.semilogy(steps, history.losses, ".", color="0.7", markersize=size, label="each step")
    ends = range(WINDOW, len(history.losses) + 1, WINDOW)
    means = [sum(history.losses[end - WINDOW : end]) / WINDOW for end in ends]
    if means:
        axes.semilogy(list(ends), means, color="tab:blue", label=f"mean of {WINDOW}")
    validated = [record for record in history.records if record.validation_loss is not None]
    if validated:
        at, values = zip(*((r.iteration, r.validation_loss) for r in validated), strict=True)
        axes.semilogy(at, values, "-o", color="tab:orange", markersize=3, label="validation")
    title = "training and validation loss" if validated else "training loss"
    axes.set(xlabel="iteration", ylabel="loss", title=title)
    axes.legend(markerscale=4 / size)


def draw_accuracies(axes: Any, history: History) -> None:
    """Draw the accuracies of every record, or R^2 of a regression, into axes of matplotlib."""
    kind, label = ("score", "R²") if history.is_regression else ("accuracy", "accuracy")
    for name in ("train", "test", "validation"):
        values = [(r.iteration, getattr(r, f"{name}_{kind}")) for r in history.records]
        known = [(at, value) for at, value in values if value is not None]
        if known:
            axes.plot(*zip(*known, strict=True), "-o", markersize=3, label=name)
    axes.set(xlabel="iteration", ylabel=label, title=f"{label} after each epoch")
    if axes.lines:
        axes.legend()


def _figure(history: History) -> Figure:
    # imported late: matplotlib is an extra, and slow to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    draw_losses(losses, history)
    draw_accuracies(accuracies, history)
    return figure
