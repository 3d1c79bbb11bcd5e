"""The weights of the first layer, as a picture for each of its units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xpnet.backends import to_numpy
from xpnet.layers import Affine
from xpnet.report.pixels import png_uri, side_of
from xpnet.training import Trainer

__all__ = ["FirstWeights", "first_weights"]

MOST = 100
STRONG = 0.995
"""The share of weights that is told apart by colours: by the largest alone all others are faint."""


@dataclass(frozen=True)
class FirstWeights:
    """What each unit of the first layer multiplies the pixels by.

    Attributes
    ----------
    layer : str
        Its name.
    pictures : list of str
        ``data:`` addresses, of the first 100 units at most.
    units : int
        Of the layer.
    strong : float
        The size from which on a weight has the strongest colour.
    """

    layer: str
    pictures: list[str]
    units: int
    strong: float


def first_weights(trainer: Trainer) -> FirstWeights | None:
    """The pictures; none where rows are no square pictures, or the first layer is no `Affine`."""
    side, stack = side_of(trainer.train[0].shape), trainer.net.stack
    if side is None or stack.first_owner == len(stack.layers):
        return None
    layer = stack.layers[stack.first_owner]
    if not isinstance(layer, Affine) or layer.W.shape[0] != side**2:
        return None
    weights = to_numpy(layer.W)[:, :MOST]
    if not np.isfinite(weights).all():
        return None
    strong = float(np.quantile(np.abs(weights), STRONG)) or 1.0  # zeros have no range
    pictures = [
        png_uri(unit.reshape(side, side), -strong, strong, "RdBu")  # 0 is the middle one
        for unit in weights.T
    ]
    return FirstWeights(stack.names[stack.first_owner], pictures, int(layer.W.shape[1]), strong)
