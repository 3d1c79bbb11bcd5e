"""The mistakes of which the network is most certain, as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xpnet.backends import asarray, backend_of, to_numpy
from xpnet.report.pixels import png_uri, side_of
from xpnet.report.predictions import Predictions

__all__ = ["Mistake", "confident_mistakes"]

MOST = 24


@dataclass(frozen=True)
class Mistake:
    """A row of the test set that is given a wrong class.

    Attributes
    ----------
    row : int
    true, given : str
        Names of classes.
    probability : float
        Of the class that is given.
    picture : str
        A ``data:`` address.
    """

    row: int
    true: str
    given: str
    probability: float
    picture: str


def confident_mistakes(predictions: Predictions, test: Any) -> list[Mistake]:
    """At most 24 mistakes, the most certain first; none where rows are no square pictures.

    Parameters
    ----------
    predictions : Predictions
    test : (x, t)
        What they are predictions of.
    """
    x, side = test[0], side_of(test[0].shape)
    wrong = np.flatnonzero(predictions.labels != predictions.given)
    order = np.argsort(-predictions.probabilities[wrong], kind="stable")
    chosen = wrong[order[:MOST]]
    if side is None or not len(chosen):
        return []
    rows = to_numpy(x[asarray(chosen, backend=backend_of(x).name)])
    rows = rows.reshape(len(chosen), side, side)
    low, high = (0, 255) if rows.dtype == np.uint8 else (float(rows.min()), float(rows.max()))
    return [
        Mistake(
            int(row),
            predictions.names[predictions.labels[row]],
            predictions.names[predictions.given[row]],
            float(predictions.probabilities[row]),
            png_uri(pixels, low, high),
        )
        for row, pixels in zip(chosen, rows, strict=True)
    ]
