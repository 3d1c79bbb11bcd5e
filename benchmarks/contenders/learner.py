"""Learner: the interface through which the benchmarks train with a library."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Learner"]


class Learner(NamedTuple):
    """A network in training, set up from the problem's own start.

    Attributes
    ----------
    run : callable
        ``run(k)`` trains the next k batches, each gathered from all images, and returns the
        loss of the last.
    accuracies : callable
        The shares of the training and of the test images that are right.
    """

    run: Callable[[int], float]
    accuracies: Callable[[], tuple[float, float]]
