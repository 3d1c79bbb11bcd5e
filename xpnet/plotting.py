"""Pictures of a training run; needs the extra ``plot`` (matplotlib)."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from xpnet.checks import check_matplotlib
from xpnet.errors import OptionError
from xpnet.files import check_writable, write_whole

__all__ = ["check_plottable", "plot_history", "save"]

ENDINGS = ".png", ".svg", ".pdf"
WINDOW = 100
"""Steps whose losses are averaged for the curve through the cloud."""


def check_plottable(path: str | os.PathLike[str]) -> None:
    """Refuse a picture that could not be drawn, before the work that it shows.

    Raises
    ------
    OptionError
        The ending is unknown, matplotlib is not installed, or the file cannot be written.

    Examples
    --------
    >>> check_plottable("run.gif")
    Traceback (most recent call last):
        ...
    xpnet.errors.OptionError: run.gif: a picture is .png, .svg or .pdf
    """
    if Path(path).suffix.lower() not in ENDINGS:
        raise OptionError(f"{path}: a picture is .png, .svg or .pdf")
    check_matplotlib()
    check_writable(path)


def save(figure: Any, path: str | os.PathLike[str]) -> None:
    """Write a figure of matplotlib in the format of the ending, whole or not at all.

    Raises
    ------
    OptionError
    """
    stream = io.BytesIO()
    figure.savefig(stream, format=Path(path).suffix[1:].lower(), dpi=150)
    write_whole(path, stream.getvalue())


def plot_history(history: Any, path: str | os.PathLike[str]) -> None:
    """Draw the loss of every step and the accuracies of every epoch.

    Parameters
    ----------
    history : History
    path : str or path
        Ending in .png, .svg or .pdf. Written whole or not at all.

    Raises
    ------
    OptionError
    """
    check_plottable(path)
    # here and nowhere else: matplotlib is an extra, and slow to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    loss, accuracy = figure.subplots(1, 2)
    steps = range(1, len(history.losses) + 1)
    loss.semilogy(steps, history.losses, ".", color="0.8", markersize=1, label="each step")
    ends = range(WINDOW, len(history.losses) + 1, WINDOW)
    means = [sum(history.losses[end - WINDOW : end]) / WINDOW for end in ends]
    loss.semilogy(list(ends), means, color="tab:blue", label=f"mean of {WINDOW}")
    loss.set(xlabel="iteration", ylabel="loss", title="training loss")
    loss.legend()
    records = [record for record in history.records if record.train_accuracy is not None]
    at = [record.iteration for record in records]
    accuracy.plot(at, [r.train_accuracy for r in records], "-o", markersize=3, label="train")
    accuracy.plot(at, [r.test_accuracy for r in records], "-o", markersize=3, label="test")
    accuracy.set(xlabel="iteration", ylabel="accuracy", title="accuracy after each epoch")
    accuracy.legend()
    save(figure, path)
