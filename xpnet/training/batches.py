"""Batches: which rows a step sees, drawn on the host once an epoch."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from xpnet.backends import Array, asarray
from xpnet.checkpoints import Document, generator_from, generator_state
from xpnet.checks import whole_number
from xpnet.errors import OptionError
from xpnet.initializers import Seed, seeded

__all__ = ["Batches"]


class _Order(NamedTuple):
    """The order of an epoch.

    Attributes
    ----------
    epoch : int
        Counted from 0; -1 before the first.
    rows : array or None
        Of all batches, one after the other.
    drawn_from : dict
        The state of the generator before it was drawn.
    """

    epoch: int
    rows: Array
    drawn_from: Any


class Batches:
    """The rows of each step's batch; see `Trainer` for the parameters.

    Attributes
    ----------
    size : int
    an_epoch : int
        Batches in an epoch, the last of which may be smaller.
    full : int
        Those of them that are not smaller.
    """

    def __init__(self, rows: int, batch_size: int, seed: Seed, replacement: bool) -> None:
        self.size = whole_number("batch_size", batch_size)
        if self.size > rows:
            raise OptionError(
                f"batch_size={batch_size}: expected at most the {rows} rows of the training set"
            )
        self.an_epoch = math.ceil(rows / self.size)
        self.full = self.an_epoch if replacement else rows // self.size
        self._rows, self._replacement = rows, replacement
        self._rng = seeded(seed)
        self._order = _Order(-1, None, self._rng.bit_generator.state)

    def at(self, iteration: int, backend: str) -> Array:
        """The rows of the batch after so many steps, shape (K,), on this backend."""
        epoch, place = divmod(iteration, self.an_epoch)
        return self.order(epoch, backend)[place * self.size : (place + 1) * self.size]

    def order(self, epoch: int, backend: str) -> Array:
        """The rows of all batches of an epoch, one after the other, on this backend."""
        if epoch != self._order.epoch:
            self._draw(epoch, backend)
        return self._order.rows

    def state(self) -> dict[str, Any]:
        """What decides the batches to come, as JSON values.

        An order is kept as the state of the generator that it was drawn from.

        Raises
        ------
        CheckpointError
            The generator is of a kind that NumPy does not have.
        """
        return {
            "epoch": self._order.epoch,
            "drawn_from": generator_state(self._rng, self._order.drawn_from),
            "generator": generator_state(self._rng),
        }

    def restore(self, saved: Document, backend: str) -> None:
        """Go on with the batches of a state that was saved.

        Raises
        ------
        CheckpointError
        """
        epoch, later = saved.get("epoch", int), generator_from(saved.part("generator"))
        self._rng = generator_from(saved.part("drawn_from"))
        if epoch >= 0:
            self._draw(epoch, backend)
        self._rng = later

    def _draw(self, epoch: int, backend: str) -> None:
        """The rows of all batches, one after the other: one copy to the device an epoch."""
        before = self._rng.bit_generator.state
        # the order before goes first, so that the new one can have its memory
        self._order = _Order(-1, None, before)
        try:
            if self._replacement:
                drawn = self._rng.integers(self._rows, size=self.an_epoch * self.size)
            else:
                drawn = self._rng.permutation(self._rows)
            self._order = _Order(epoch, asarray(drawn, backend=backend), before)
        except BaseException:  # a next try draws the same
            if self._order.epoch != epoch:
                self._rng.bit_generator.state = before
            raise
