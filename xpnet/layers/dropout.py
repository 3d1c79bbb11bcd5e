"""Dropout (Srivastava et al., 2014, JMLR 15:1929)."""

from __future__ import annotations

import math
from typing import Any

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.checks import below_one
from xpnet.errors import OptionError
from xpnet.initializers import Seed, seeded
from xpnet.layers.base import Buffer, Layer
from xpnet.layers.matching import matching

__all__ = ["Dropout"]

SEEDS = 1 << 128
"""How many keys the generator has."""


class Dropout(Layer):
    """In training each entry is 0 with a probability of `rate`, and divided by ``1 - rate`` else.

    In inference it is the identity. The division keeps the mean as it is ("inverted dropout").

    Parameters
    ----------
    rate : float, 0 to below 1
        How likely an entry is dropped.
    seed : int, numpy Generator or None
        Each `forward` draws a new mask, by `numpy.random.Philox`, of the seed, of how many came
        before, and of the entry's number: the same on every backend, captured or not. Two layers
        of one seed draw the same masks, so give each its own. Of a Generator a seed is drawn.

    Attributes
    ----------
    mask : array of bool, shape of `x`, or None
        What the last `forward` kept.
    steps : array, shape (1,), int64
        A buffer: how many masks were drawn. It is on the device, where `forward` counts.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> dropout = Dropout(0.5, seed=0)
    >>> dropout.forward(np.ones((2, 4)))
    array([[0., 0., 2., 0.],
           [0., 0., 0., 2.]])
    >>> dropout.backward(np.ones((2, 4)))
    array([[0., 0., 2., 0.],
           [0., 0., 0., 2.]])
    >>> dropout.apply(np.ones(3)), dropout.steps
    (array([1., 1., 1.]), array([1]))
    """

    capturable = True
    rowwise = True
    training_rowwise = False  # each row has a mask of its own
    saved = ("mask",)

    steps = Buffer()

    def __init__(self, rate: float = 0.5, seed: Seed = 0) -> None:
        self.rate, self.seed = below_one("rate", rate), _whole_seed(seed)
        self.add_buffers(steps=asarray([0], "int64"))
        self.mask: Array | None = None

    def __repr__(self) -> str:
        return f"Dropout(rate={self.rate:g}, seed={self.seed})"

    def options(self) -> dict[str, Any]:
        """Rate and seed."""
        return {"rate": self.rate, "seed": self.seed}

    def forward(self, x: Array) -> Array:
        """Drop entries by a new mask, which is kept, and divide the others by ``1 - rate``.

        Parameters
        ----------
        x : array of any shape
            Read, never written.

        Returns
        -------
        array, shape and dtype of `x`
        """
        backend = self._backend(x)
        goes_on = self.part.goes_on
        y, mask = self._dropped(backend, x, self.steps - 1 if goes_on else self.steps)
        self.mask = backend.asarray(mask)  # of a 0-d array NumPy makes a scalar
        if not goes_on:
            self.steps += 1
        return y

    def apply(self, x: Array) -> Array:
        """`x` itself: nothing is dropped in inference."""
        self._backend(x)
        return x

    def apply_training(self, x: Array) -> Array:
        """What `forward` computes by the mask of the last one, or of the first before there is one.

        It keeps nothing, and counts no step.
        """
        backend, steps = self._backend(x), self.steps
        return self._dropped(backend, x, steps - (steps > 0))[0]

    def backward(self, dout: Array) -> Array:
        """``dout / (1 - rate)`` where the mask kept an entry, 0 elsewhere.

        Parameters
        ----------
        dout : array, shape of `x`
            Read, never written.

        Returns
        -------
        array, shape and dtype of `dout`

        Raises
        ------
        NotForwardedError, ShapeError, MixedBackendError
        """
        mask = self.get_saved("mask")
        return matching(dout, mask, "Dropout", "mask").dropout_grad(dout, mask, self.rate)

    def _dropped(self, backend: Backend, x: Array, step: Array) -> tuple[Array, Array]:
        """What is kept of `x`, and the mask, whose entries are numbered through the batch."""
        first = self.part.row * math.prod(x.shape[1:])
        return backend.dropout(x, step, self.seed, self.rate, first)

    def _backend(self, x: Array) -> Backend:
        return backend_of(x, self.steps, caller="Dropout", names=("x", "steps"))


def _whole_seed(seed: Seed) -> int:
    """A seed as a key of the generator."""
    if isinstance(seed, int) and not isinstance(seed, bool):
        if not 0 <= seed < SEEDS:
            raise OptionError(f"seed: expected an integer from 0 to below 2**128, got {seed}")
        return seed
    return int(seeded(seed).integers(1 << 63))
