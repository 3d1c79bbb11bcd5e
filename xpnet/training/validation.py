"""Validation: rows of a training set that are held back, by a draw that can be made again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from xpnet.backends import Array, asarray, backend_of, to_numpy
from xpnet.checkpoints import generator_state
from xpnet.errors import OptionError
from xpnet.training.data import check_rows, checked_pair

__all__ = ["Split", "held_rows", "split_set"]

Pair = tuple[Array, Array]


def held_rows(share: float, rows: int) -> int:
    """How many of so many rows this share is.

    Raises
    ------
    OptionError
        The share is not between 0 and 1, or leaves no row to one of the two parts.

    Examples
    --------
    >>> from xpnet.training.validation import held_rows
    >>> held_rows(0.1, 60_000)
    6000
    """
    if not 0 < share < 1:
        raise OptionError(
            f"validation={share!r}: expected a share of the rows above 0 and below 1, such as 0.1, "
            "or a set (x, t)"
        )
    held = round(share * rows)
    if not 0 < held < rows:
        raise OptionError(
            f"validation={share!r}: expected a share that leaves rows to train and rows to "
            f"validate, got {held} of {rows:,} rows to validate"
        )
    return held


class Split:
    """Which rows of a training set are held back, and which are trained on.

    Parameters
    ----------
    rows : int
        Of the whole set.
    share : float
        Of them that are held back.
    rng : numpy Generator
        Draws them.

    Attributes
    ----------
    share : float
    kept, held : array of int
        Each in the order of the set.

    Raises
    ------
    OptionError
        As for `held_rows`.
    """

    def __init__(self, rows: int, share: float, rng: np.random.Generator) -> None:
        count = held_rows(share, rows)
        self.share = float(share)
        self._rng, self._drawn_from = rng, rng.bit_generator.state
        drawn = rng.permutation(rows)
        self.kept: NDArray[Any] = np.sort(drawn[count:])
        self.held: NDArray[Any] = np.sort(drawn[:count])

    def joined(self, train: Pair, validation: Pair) -> Pair:
        """The whole set again, on the host."""
        made = []
        for kept, held in zip(train, validation, strict=True):
            whole = np.empty((len(self.kept) + len(self.held), *kept.shape[1:]), kept.dtype)
            whole[self.kept], whole[self.held] = to_numpy(kept), to_numpy(held)
            made.append(whole)
        x, t = made
        return x, t

    def state(self) -> dict[str, Any]:
        """What makes the same split again, as JSON values.

        Raises
        ------
        CheckpointError
            The generator is of a kind that NumPy does not have.
        """
        return {"share": self.share, "drawn_from": generator_state(self._rng, self._drawn_from)}


def split_set(
    data: Any, share: float, rng: np.random.Generator, backend: str
) -> tuple[Split, Pair, Pair]:
    """A set in two parts, which are copies: the rows to train on, and those to validate.

    What is on the host is split there, so that the device they go to holds each row once. All
    else goes to this backend first.

    Raises
    ------
    DataError, ShapeError
        The set is no pair, or has not as many labels as rows.
    OptionError
        As for `held_rows`.
    """
    x, t = (
        array if isinstance(array, np.ndarray) else asarray(array, backend=backend)
        for array in checked_pair(data, "train")
    )
    check_rows(x, t, "train")
    split = Split(int(x.shape[0]), share, rng)
    train = _rows(x, split.kept), _rows(t, split.kept)
    return split, train, (_rows(x, split.held), _rows(t, split.held))


def _rows(array: Array, rows: NDArray[Any]) -> Array:
    return array[asarray(rows, backend=backend_of(array).name)]
