"""Batches: which rows a step sees, drawn on the host once an epoch."""

from __future__ import annotations

import math

from xpnet.backends import Array, asarray
from xpnet.checks import whole_number
from xpnet.errors import OptionError
from xpnet.initializers import Seed, seeded

__all__ = ["Batches"]


class Batches:
    """The rows of each step's batch; see `Trainer` for the parameters.

    Attributes
    ----------
    size : int
    an_epoch : int
        Batches in an epoch, the last of which may be smaller.
    """

    def __init__(self, rows: int, batch_size: int, seed: Seed, replacement: bool) -> None:
        self.size = whole_number("batch_size", batch_size)
        if self.size > rows:
            raise OptionError(
                f"batch_size={batch_size}: expected at most the {rows} rows of the training set"
            )
        self.an_epoch = math.ceil(rows / self.size)
        self._rows, self._replacement = rows, replacement
        self._rng = seeded(seed)
        self._order: tuple[int, Array] = -1, None  # the epoch that it is for, counted from 0

    def at(self, iteration: int, backend: str) -> Array:
        """The rows of the batch after so many steps, shape (K,), on this backend."""
        epoch, place = divmod(iteration, self.an_epoch)
        if epoch != self._order[0]:
            self._draw(epoch, backend)
        return self._order[1][place * self.size : (place + 1) * self.size]

    def _draw(self, epoch: int, backend: str) -> None:
        """The rows of all batches, one after the other: one copy to the device an epoch."""
        before = self._rng.bit_generator.state
        try:
            if self._replacement:
                drawn = self._rng.integers(self._rows, size=self.an_epoch * self.size)
            else:
                drawn = self._rng.permutation(self._rows)
            self._order = epoch, asarray(drawn, backend=backend)
        except BaseException:  # a next try draws the same
            if self._order[0] != epoch:
                self._rng.bit_generator.state = before
            raise
