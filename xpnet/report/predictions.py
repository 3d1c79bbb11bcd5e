"""What the network says of the test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.backends import fitting_labels, to_numpy
from xpnet.layers import SoftmaxWithLoss
from xpnet.training import Trainer

__all__ = ["Predictions", "predict_test_set"]


@dataclass(frozen=True)
class Predictions:
    """The class of each row of the test set, and the class that the network gives it.

    Attributes
    ----------
    labels, given : array of int, shape (N,)
    probabilities : array, shape (N,)
        Of the class that is given.
    names : tuple of str
        Of the classes; their numbers where the network has no names for all of them.
    """

    labels: NDArray[np.int64]
    given: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    names: tuple[str, ...]

    @property
    def right(self) -> int:
        """How many rows are given their class."""
        return int((self.labels == self.given).sum())


def predict_test_set(trainer: Trainer) -> tuple[Predictions | None, str]:
    """The predictions, or none, and then a sentence that says why."""
    net = trainer.net
    if trainer.test is None:
        return None, "The run had no test set: what the network confuses is not known."
    if not isinstance(net.last_layer, SoftmaxWithLoss):
        kind = type(net.last_layer).__name__
        return None, f"The loss is {kind}, not softmax: rows have no classes that could be shown."
    x, t = trainer.test
    scores = net.predict(x, scale=trainer.scale)
    labels = to_numpy(fitting_labels(net.backend, t, tuple(scores.shape), "write_report"))
    scores = to_numpy(scores).astype(np.float64)
    if not np.isfinite(scores).all():
        return None, "The network's scores are not finite numbers: it gives rows no classes."
    if labels.ndim > 1:  # one-hot, or soft rows
        labels = labels.argmax(axis=1)
    # the probability of the largest score is 1 / sum(exp(score - largest))
    shifted = scores - scores.max(axis=1, keepdims=True)
    probabilities = 1 / np.exp(shifted).sum(axis=1)
    names = _names(net.class_names, scores.shape[1])
    return Predictions(labels.astype(np.int64), scores.argmax(axis=1), probabilities, names), ""


def _names(known: Any, classes: int) -> tuple[str, ...]:
    if known is not None and len(known) == classes:
        return tuple(known)
    return tuple(map(str, range(classes)))
