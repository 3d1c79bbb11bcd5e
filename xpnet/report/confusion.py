"""Which classes of the test set are confused: a table of all, or the most frequent pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xpnet.report.predictions import Predictions

__all__ = [
    "Cell",
    "Confusion",
    "ConfusionTable",
    "confusion_matrix",
    "confusion_table",
    "frequent_confusions",
    "heads_and_sides",
]

MOST_CLASSES = 20
"""Classes of a table; of more, only the most frequent confusions are shown."""
MOST_PAIRS = 20
SHORT = 5
"""Letters of a name that heads a column; where one is longer, classes have their numbers there."""


@dataclass(frozen=True)
class Cell:
    """One number of the table.

    Attributes
    ----------
    count : int
    right : bool
        Whether the class that was given is the true one.
    shade : float
        From 0 to 1: the share of the class's rows that are right; of mistakes, the square root of
        their number as a share of the largest.
    """

    count: int
    right: bool
    shade: float


@dataclass(frozen=True)
class ConfusionTable:
    """Rows are true classes, columns the classes that were given.

    Attributes
    ----------
    heads : list of str
        Of the columns: names, or numbers where a name is long.
    rows : list of (str, list of Cell)
        The name of each row, and its cells.
    """

    heads: list[str]
    rows: list[tuple[str, list[Cell]]]


@dataclass(frozen=True)
class Confusion:
    """How many rows of one class were given another one."""

    true: str
    given: str
    count: int
    rows: int


def confusion_matrix(
    labels: NDArray[np.int64], given: NDArray[np.int64], classes: int
) -> NDArray[np.int64]:
    """How many rows of each class (rows) were given each class (columns).

    Examples
    --------
    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    array([[1, 1],
           [0, 1]])
    """
    counts = np.bincount(classes * labels + given, minlength=classes**2)
    return counts.reshape(classes, classes).astype(np.int64)


def heads_and_sides(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """What heads the columns of a table of classes, and what stands before its rows.

    Examples
    --------
    >>> heads_and_sides(["cat", "dog"])
    (['cat', 'dog'], ['cat', 'dog'])
    >>> heads_and_sides(["cat", "elephant"])
    (['0', '1'], ['0 cat', '1 elephant'])
    """
    if max(map(len, names)) <= SHORT:
        return list(names), list(names)
    numbers = list(map(str, range(len(names))))
    return numbers, [f"{number} {name}" for number, name in zip(numbers, names, strict=True)]


def confusion_table(predictions: Predictions) -> ConfusionTable | None:
    """The table of all classes; none where there are more than 20."""
    names = predictions.names
    if len(names) > MOST_CLASSES:
        return None
    heads, sides = heads_and_sides(names)
    matrix = confusion_matrix(predictions.labels, predictions.given, len(names))
    worst = int((matrix - np.diag(matrix.diagonal())).max())
    rows = []
    for true, (side, counts) in enumerate(zip(sides, matrix.tolist(), strict=True)):
        total = sum(counts)
        cells = [
            Cell(n, given == true, _share(n, total) if given == true else _root(n, worst))
            for given, n in enumerate(counts)
        ]
        rows.append((side, cells))
    return ConfusionTable(heads, rows)


def frequent_confusions(predictions: Predictions) -> list[Confusion]:
    """The pairs of classes that are confused most, at most 20, the most frequent first."""
    labels, given, names = predictions.labels, predictions.given, predictions.names
    wrong = labels != given
    # a matrix of all pairs would grow with the square of the classes
    pairs, counts = np.unique(len(names) * labels[wrong] + given[wrong], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_PAIRS]
    found = []
    for pair, count in zip(pairs[order].tolist(), counts[order].tolist(), strict=True):
        true, instead = divmod(pair, len(names))
        found.append(Confusion(names[true], names[instead], count, int((labels == true).sum())))
    return found


def _share(count: int, total: int) -> float:
    return round(count / total, 3) if total else 0.0


def _root(count: int, worst: int) -> float:
    """A few mistakes are to be seen beside many."""
    return round(math.sqrt(count / worst), 3) if worst else 0.0
