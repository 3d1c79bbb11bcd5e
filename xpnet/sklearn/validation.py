"""Validation: the rows that early stopping sets aside, and the best network on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

from xpnet.errors import OptionError
from xpnet.networks import Network

__all__ = ["Validation", "split"]


class Validation:
    """Rows that are not trained on.

    Parameters
    ----------
    x, y : array
        Rows, and what the estimator is to predict of them.
    weights : array or None
    net : Network
        As it is before the first epoch.

    Attributes
    ----------
    best : Parameters
        Of the network at its best score.
    """

    def __init__(self, x: Any, y: Any, weights: Any, net: Network) -> None:
        self._data = x, y, weights
        self.keep(net)

    def keep(self, net: Network) -> None:
        """Take this network as the best so far."""
        self.best = net.params.copy()

    def score(self, estimator: Any) -> float:
        """The score of the estimator on these rows; NaN where it predicts no numbers."""
        x, y, weights = self._data
        predicted = estimator._decoded(estimator._outputs(x))
        if predicted.dtype.kind == "f" and not np.isfinite(predicted).all():
            return float("nan")
        return float(estimator._score_of(y, predicted, weights))


def split(arrays: list[Any], fraction: float, rng: Any, stratify: Any) -> tuple[list[Any], ...]:
    """Each of these arrays in two: the rows to train on, and those to validate on.

    Parameters
    ----------
    arrays : list of array or None
        None is None in both.
    fraction : float
        Of the rows, for validation.
    rng : numpy.random.RandomState
    stratify : array or None
        Labels of which both parts have the same shares.

    Raises
    ------
    OptionError
        Fewer than two rows are left to validate on.
    """
    given = [array for array in arrays if array is not None]
    parts = iter(train_test_split(*given, test_size=fraction, random_state=rng, stratify=stratify))
    pairs: list[Any] = [
        (None, None) if array is None else (next(parts), next(parts)) for array in arrays
    ]
    train, held = ([pair[k] for pair in pairs] for k in (0, 1))
    if held[0].shape[0] < 2:
        raise OptionError(
            f"validation_fraction={fraction}: expected a validation set of at least 2 rows, got "
            f"{held[0].shape[0]}; give a larger validation_fraction, or more rows"
        )
    return train, held
