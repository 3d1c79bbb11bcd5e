"""Learning curves as pictures in the page."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xpnet.plotting import draw_accuracies, draw_losses
from xpnet.report.pixels import data_uri
from xpnet.training import History, Record

__all__ = ["Curve", "curves"]

MOST_POINTS = 500
"""Of a line that is kept as one: each mark is an element of the SVG, which would grow with the
run. A longer line becomes pixels in it."""
SIZE = 4.8, 3.2
"""Inches: narrow, so that its letters can be read on a phone."""


@dataclass(frozen=True)
class Curve:
    """A picture and what it shows.

    Attributes
    ----------
    picture : str
        A ``data:`` address.
    description : str
        For those who do not see it.
    """

    picture: str
    description: str


def curves(history: History) -> list[Curve]:
    """The losses, and the accuracies of every record if there are any."""
    drawn = []
    if history.losses:
        first, last = history.losses[0], history.losses[-1]
        drawn.append(
            Curve(
                _picture(draw_losses, history),
                f"Loss of {len(history.losses):,} steps, from {first:.4g} to {last:.4g}"
                f"{_validation(history)}.",
            )
        )
    known = [accuracies for record in history.records if (accuracies := _accuracies(record))]
    if known:
        is_r2 = history.is_regression
        what = "R²" if is_r2 else "Accuracy"
        shares = ", ".join(
            f"{name} {share:.4f}" if is_r2 else f"{name} {share:.2%}"
            for name, share in known[-1].items()
        )
        drawn.append(
            Curve(
                _picture(draw_accuracies, history),
                f"{what} after {len(known):,} epochs or parts of one, at last {shares}.",
            )
        )
    return drawn


def _validation(history: History) -> str:
    losses = [r.validation_loss for r in history.records if r.validation_loss is not None]
    return f"; of the validation set from {losses[0]:.4g} to {losses[-1]:.4g}" if losses else ""


def _accuracies(record: Record) -> dict[str, float]:
    """Those that the record has, by the set; of a regression the scores."""
    return {
        name: getattr(record, f"{name}_{kind}")
        for kind in ("accuracy", "score")
        for name in ("train", "test", "validation")
        if getattr(record, f"{name}_{kind}") is not None
    }


def _picture(draw: Callable[[Any, History], None], history: History) -> str:
    # imported late: matplotlib is an extra, and slow to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    axes: Any = figure.subplots()
    draw(axes, history)
    for line in axes.lines:
        line.set_rasterized(len(line.get_xdata()) > MOST_POINTS)
    stream = io.BytesIO()
    # without a background it suits the page, light or dark; a date would change the same run's page
    figure.savefig(stream, format="svg", dpi=200, transparent=True, metadata={"Date": None})
    return data_uri(stream.getvalue(), "image/svg+xml")
