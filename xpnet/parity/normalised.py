"""The rounding errors of a batch that is normalised by its own mean and variance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xpnet.backends import Array

__all__ = ["BatchMoments"]


class BatchMoments(NamedTuple):
    """The scales of errors in mean, variance and normalised input, for each column.

    The mean of N rows has an error d of up to ``gamma_N * mean|x|``, which all rows share. So the
    variance is off by d squared and by its own N + 4 roundings, and ``1 / sqrt(var + eps)`` by as
    much, relatively, and 4 roundings more. As long as d is below the standard deviation, its
    square is below d times that: relative errors are within ``gamma * (1 + mean|x| * inv_std)``.

    Attributes
    ----------
    size : array, shape (C,)
        ``mean|x|``.
    inv_std : array, shape (C,)
        ``1 / sqrt(var + eps)``.
    spread : array, shape (C,)
        ``1 + size * inv_std``: the scale of the relative error of `inv_std`.
    x_hat : array, shape (N, C)
        The scale of the normalised input: at least its magnitude.
    roundings : int
        In each of them, at most.
    """

    size: Array
    inv_std: Array
    spread: Array
    x_hat: Array
    roundings: int

    @classmethod
    def of(cls, x: Array, eps: float) -> BatchMoments:
        """Those of a batch (N, C) in float64."""
        centred = x - x.mean(axis=0)
        inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
        size = np.abs(x).mean(axis=0)
        spread = 1 + size * inv_std
        # the difference has the error of the mean and a rounding, the quotient one more
        x_hat = inv_std * (size + np.abs(centred)) + np.abs(centred) * inv_std * spread
        return cls(size, inv_std, spread, x_hat, 2 * len(x) + 12)
