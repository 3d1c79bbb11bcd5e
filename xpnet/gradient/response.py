"""What a layer answers when the arrays that it looks at are moved, weighed by a gradient."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, Backend, backend_of
from xpnet.gradient.grain import STILL
from xpnet.layers import part

__all__ = ["Response", "is_finite", "random_like", "total"]


class Response:
    """``sum(dout * out)`` of a layer, and how it differs from its value at the point.

    Parameters
    ----------
    layer : layer
    inputs : sequence of arrays
        Looked at anew at every call: move their entries, or the layer's parameters, in place.
    dout : number or array of the output's shape

    Attributes
    ----------
    epsilon : float
        Of the output's dtype; 0 of integers and Python numbers.
    largest : float
        The largest number around, or 1, which stands for what nobody sees, such as the sum in a
        softmax, times the largest `dout`. Its rounding may hide a change without a trace.
    """

    def __init__(self, layer: Any, inputs: Sequence[Array], dout: Any) -> None:
        self._layer, self._inputs, self._dout = layer, inputs, dout
        out = layer.forward(*inputs)
        self._backend = backend_of(*inputs)
        self._out = self._backend.xp.array(out, copy=True)  # a layer may use its buffer again
        around = [*inputs, *part(layer, "params").values(), self._out]
        peaks = [float(abs(a).max()) for a in around if math.prod(a.shape)]
        weights = abs(self._backend.xp.asarray(dout))
        self.epsilon = (
            self._backend.epsilon(self._out) if self._backend.is_floating(self._out) else 0.0
        )
        self.largest = max(1.0, *peaks) * float(weights.max()) if math.prod(weights.shape) else 0.0

    def change(self, _: Array = None) -> float:
        """The difference. Entries that have not moved leave it, and with them their rounding."""
        return total(self._dout * (self._layer.forward(*self._inputs) - self._out))

    def size(self, _: Array = None) -> float:
        """The sum of what has moved, without signs: its rounding is about epsilon times this.

        What has not moved may have been rounded back, if it was to move by less than epsilon times
        itself; that is its part.
        """
        out = self._backend.xp.asarray(self._layer.forward(*self._inputs))
        moved = out != self._out
        return total(abs(self._dout * out) * self._backend.xp.where(moved, 1.0, STILL))


def total(x: Any) -> float:
    """The sum of an array, or a number."""
    return float(x.sum()) if hasattr(x, "sum") else float(x)


def is_finite(x: Any, backend: Backend) -> bool:
    """Whether neither NaN nor an infinity is in an array or number."""
    return bool(backend.xp.isfinite(backend.xp.asarray(x)).all())


def random_like(out: Any, backend: Backend, rng: random.Random) -> Any:
    """A random gradient for this output, away from 0 and 1, which hide mistakes."""
    shape = getattr(out, "shape", None)
    if not shape:
        number = rng.uniform(2.0, 3.0)
        # of a 0-d array [()] makes what the library's own reductions give
        return number if shape is None else backend.asarray(number, out.dtype)[()]
    numbers = [rng.choice((-1, 1)) * rng.uniform(2.0, 3.0) for _ in range(math.prod(shape))]
    return backend.asarray(numbers, out.dtype).reshape(shape)
