"""Losses near a network's parameters by local computation (chapter 5.1.2).

Moving one entry of a layer's parameters changes that layer's output and what follows, nothing
before. So the layers before run once, each layer says what its outputs would be for many moved
entries at once (`Layer.perturbed`), and these ride the batch axis through the layers behind. A row
that an entry does not reach (`Layer.affected_rows`: its input there is 0) keeps its loss.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.gradient.numerical import moved_values
from xpnet.gradient.runs import runs
from xpnet.layers import part

__all__ = ["NearbyLosses", "numerical_gradients"]

CHUNK_BYTES = 2**18
"""How much perturbed output rides at once: it stays in a core's cache, and its products are too
small for BLAS to start threads over, which costs more than they do."""


class NearbyLosses:
    """The losses of a stack of layers with one entry of one parameter moved.

    Parameters
    ----------
    layers : sequence of layers
    last_layer : layer
        Its ``forward(x, t)`` is the loss.
    x, t : array
        The batch, in the dtype of the parameters, and its labels.
    local : bool
        False computes every loss from the start, by the plain loop.
    """

    def __init__(
        self, layers: Sequence[Any], last_layer: Any, x: Array, t: Array, local: bool = True
    ) -> None:
        self._layers, self._last, self._t, self._local = list(layers), last_layer, t, local
        self._inputs = [x]
        for layer in self._layers:
            self._inputs.append(part(layer, "apply")(self._inputs[-1]))

    def loss(self) -> float:
        """The loss as the parameters are now."""
        scores = self._inputs[0]
        for layer in self._layers:
            scores = part(layer, "apply")(scores)
        return float(part(self._last, "apply")(scores, self._t))

    def rides(self, position: int) -> bool:
        """Whether the outputs of this layer can ride the batch axis through those behind."""
        behind = self._layers[position + 1 :]
        return (
            self._local
            and self._t.ndim > 0
            and self._inputs[0].ndim > 1
            and hasattr(self._last, "row_losses")
            and all(part(layer, "rowwise") for layer in behind)
        )

    def moved(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> Array:
        """The loss with one entry of a parameter moved by `h`, for many entries.

        Parameters
        ----------
        position : int
            Of the layer.
        name : str
            The layer's own name of the parameter.
        h : float
        entries : sequence of int, length K, optional
            Counted in row-major order; all by default.

        Returns
        -------
        array, shape (K,), dtype of the parameter
        """
        if self.rides(position):
            return self._row_losses().mean() + self.changes(position, name, h, entries)
        param = part(self._layers[position], "params")[name]
        return backend_of(param).asarray(
            self.moved_plainly(position, name, h, entries), param.dtype
        )

    def changes(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> Array:
        """How far `moved` is from the loss at the point, without the rounding of what stays."""
        param = part(self._layers[position], "params")[name]
        if self.rides(position):
            if entries is not None:  # from anywhere: no slices to tell their reach
                return self._ride(position, name, h, entries, None)
            affected = part(self._layers[position], "affected_rows")(name, self._inputs[position])
            return self._ride(position, name, h, range(math.prod(param.shape)), affected)
        loss = self.loss()
        changes = [moved - loss for moved in self.moved_plainly(position, name, h, entries)]
        return backend_of(param).asarray(changes, param.dtype)

    def largest(self) -> float:
        """The largest number that the loss is computed from."""
        params = [p for layer in self._layers for p in part(layer, "params").values()]
        arrays = [a for a in (*self._inputs, *params) if math.prod(a.shape)]
        return max(float(abs(array).max()) for array in arrays)

    def moved_plainly(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> list[float]:
        """The same by the plain loop: every loss from the start."""
        param = part(self._layers[position], "params")[name]
        return moved_values(lambda _: self.loss(), param, h, entries)

    def _ride(
        self, position: int, name: str, h: float, entries: Sequence[int], affected: Array | None
    ) -> Array:
        y, backend = self._inputs[position + 1], backend_of(self._inputs[position])
        kept = self._row_losses()  # (N,)
        changes = backend.xp.zeros(len(entries), dtype=kept.dtype)
        room = CHUNK_BYTES // max(1, y.nbytes // len(y))  # rows that ride at once
        host = None if affected is None else backend.to_numpy(affected)
        for begun, ended, moved in runs(len(entries), host, room):
            rows = slice(None) if moved is None else backend.asarray(moved)
            batch = *self._inputs[position : position + 2], self._t, kept
            x, y, t, loss = (array[rows] for array in batch)
            chunk = max(1, min(ended - begun, room // len(y)))
            labels = backend.xp.concatenate([t] * chunk)
            for start in range(begun, ended, chunk):
                index = entries[start : min(start + chunk, ended)]
                out = part(self._layers[position], "perturbed")(name, index, h, x, y)  # (K, M, ...)
                change = self._row_losses_behind(position, out, labels) - loss  # (K, M)
                changes[start : start + len(index)] = change.sum(axis=1) / len(kept)
        return changes

    def _row_losses(self) -> Array:
        """The losses of the rows at the point, shape (N,)."""
        losses: Array = self._last.row_losses(self._inputs[-1], self._t)
        return losses

    def _row_losses_behind(self, position: int, out: Array, labels: Array) -> Array:
        """The losses of nearby outputs (K, M, ...) of a layer, shape (K, M)."""
        perturbations, rows = out.shape[:2]
        out = out.reshape(perturbations * rows, *out.shape[2:])
        for layer in self._layers[position + 1 :]:
            out = part(layer, "apply")(out)
        row_losses: Array = self._last.row_losses(out, labels[: len(out)])
        return row_losses.reshape(perturbations, rows)


def numerical_gradients(
    losses: NearbyLosses, places: Mapping[str, tuple[int, str]], h: float
) -> dict[str, Array]:
    """Central differences of each parameter.

    Parameters
    ----------
    losses : NearbyLosses
    places : mapping of str to (int, str)
        For each parameter's name its layer's position and the name it has there.
    h : float

    Returns
    -------
    dict of str to array, shape (entries,)
    """
    return {
        name: (losses.moved(*place, h) - losses.moved(*place, -h)) / (2 * h)
        for name, place in places.items()
    }
