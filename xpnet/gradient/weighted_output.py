"""``sum(dout * out)`` of a layer: the scalar function that a check of the layer differentiates."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, Backend, backend_of
from xpnet.gradient.noise import UNCHANGED_WEIGHT
from xpnet.layers import Layer

__all__ = ["WeightedOutput", "is_finite", "random_like", "total"]


class WeightedOutput:
    """``sum(dout * out)`` of a layer in training, compared with its value at the point.

    Parameters
    ----------
    layer : layer
    inputs : sequence of arrays
        Read at every call: change their entries, or the layer's parameters, in place.
    dout : number or array of the output's shape

    Attributes
    ----------
    epsilon : float
        Of the output's dtype; 0 of integers and Python numbers.
    scale : float
        The largest magnitude among inputs, parameters and output, times the largest of `dout`.
        A change below the rounding error of such a number may leave no trace. It is at least 1,
        for intermediate results that are not seen, as the sum in a softmax.
    """

    def __init__(self, layer: Layer, inputs: Sequence[Array], dout: Any) -> None:
        self._layer, self._inputs, self._dout = layer, inputs, dout
        out = layer.apply_training(*inputs)
        self._backend = backend_of(*inputs)
        self._out = self._backend.xp.array(out, copy=True)  # a layer may reuse its buffer
        arrays = [*inputs, *layer.params.values(), self._out]
        peaks = [float(abs(a).max()) for a in arrays if math.prod(a.shape)]
        weights = abs(self._backend.xp.asarray(dout))
        self.epsilon = (
            self._backend.epsilon(self._out) if self._backend.is_floating(self._out) else 0.0
        )
        self.scale = max(1.0, *peaks) * float(weights.max()) if math.prod(weights.shape) else 0.0

    def change(self, _: Array = None) -> float:
        """The change from the point; unchanged entries add neither to it nor to its rounding."""
        return total(self._dout * (self._layer.apply_training(*self._inputs) - self._out))

    def changed_magnitude(self, _: Array = None) -> float:
        """``sum(abs(dout * out))`` over the changed entries.

        Its product with epsilon is about the rounding error of `change`. An unchanged entry counts
        with a small weight: it may have been moved by less than epsilon times itself, and
        rounded back.
        """
        out = self._backend.xp.asarray(self._layer.apply_training(*self._inputs))
        weights = self._backend.xp.where(out != self._out, 1.0, UNCHANGED_WEIGHT)
        return total(abs(self._dout * out) * weights)


def total(x: Any) -> float:
    """The sum of an array, or a number."""
    return float(x.sum()) if hasattr(x, "sum") else float(x)


def is_finite(x: Any, backend: Backend) -> bool:
    """Whether an array or number holds neither NaN nor an infinity."""
    return bool(backend.xp.isfinite(backend.xp.asarray(x)).all())


def random_like(out: Any, backend: Backend, rng: random.Random) -> Any:
    """A random `dout` for this output, away from 0 and 1, which hide mistakes."""
    shape = getattr(out, "shape", None)
    if not shape:
        number = rng.uniform(2.0, 3.0)
        # indexing a 0-d array with () gives the type that the library's reductions give
        return number if shape is None else backend.asarray(number, out.dtype)[()]
    numbers = [rng.choice((-1, 1)) * rng.uniform(2.0, 3.0) for _ in range(math.prod(shape))]
    return backend.asarray(numbers, out.dtype).reshape(shape)
