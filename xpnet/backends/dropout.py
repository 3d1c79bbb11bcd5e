"""Dropout as a primitive: a mask of a step, and what goes through it, in array code."""

from __future__ import annotations

import math

from xpnet.backends.philox import philox_words
from xpnet.backends.storage import Array, Storage

__all__ = ["Dropping", "threshold"]

WORDS = 1 << 32
"""How many integers of 32 bits there are."""


def threshold(rate: float) -> int:
    """The smallest integer of 32 bits that keeps its entry."""
    return round(rate * WORDS)


class Dropping(Storage):
    """The part of `Backend` that drops entries at random, and scales those that it keeps."""

    def dropout_mask(
        self, shape: tuple[int, ...], step: Array, seed: int, rate: float, first: int = 0
    ) -> Array:
        """Which entries are kept: each by its own random number of a seed and a step.

        Parameters
        ----------
        shape : tuple of int
        step : array, shape (1,), int64
            It is on the device, so that a captured step may count it.
        seed : int, 0 to 2**128 - 1
        rate : float, 0 to below 1
            How likely an entry is dropped.
        first : int
            The number of the first entry, where these are a part of more.

        Returns
        -------
        array of bool
            Entry k, counted in row-major order from `first` on, has the k-th of `philox_words`.
        """
        words = philox_words(self, math.prod(shape), step, seed, first)
        return (words >= threshold(rate)).reshape(shape)

    def dropout(
        self, x: Array, step: Array, seed: int, rate: float, first: int = 0
    ) -> tuple[Array, Array]:
        """The entries that are kept, divided by ``1 - rate``, 0 elsewhere; and the mask."""
        mask = self.dropout_mask(tuple(x.shape), step, seed, rate, first)
        return self.dropout_grad(x, mask, rate), mask

    def dropout_grad(self, dout: Array, mask: Array, rate: float) -> Array:
        """`dout` divided by ``1 - rate`` where the mask keeps it, 0 elsewhere."""
        return self.xp.where(mask, dout * (1 / (1 - rate)), 0)
