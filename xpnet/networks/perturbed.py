"""Losses of a network with single parameters perturbed, by local computation (chapter 5.1.2).

Perturbing one entry of a layer's parameters changes that layer's output and what follows, nothing
before. So the layers before run once, each layer computes its outputs for many perturbed entries
at once (`Layer.perturbed`), and these pass through the layers behind as one large batch. A row
that an entry does not affect (`Layer.affected_rows`: its input there is 0) keeps its loss.

It is the loss in training, of `Layer.apply_training`, whose gradient backpropagation computes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.differences import perturbed_values
from xpnet.layers.adapted import original
from xpnet.layers.base import Layer
from xpnet.networks.container import Container
from xpnet.networks.entry_ranges import entry_ranges
from xpnet.networks.stack import apply_training

__all__ = ["PerturbedLosses"]

CHUNK_BYTES = 2**18
"""How much perturbed output is computed at once: it stays in a core's cache, and its products are
too small for BLAS to start threads over, which costs more than they do."""


class PerturbedLosses:
    """The losses of one batch with one entry of one parameter perturbed.

    Parameters
    ----------
    net : Network
    x : array, shape (N, ...)
    t : array, integers (N,) or rows (N, C)
    local : bool
        False computes every loss from the start, by the plain loop.

    Raises
    ------
    ShapeError, LabelError, MixedBackendError, ArgumentTypeError
        The batch does not fit the network.
    """

    def __init__(self, net: Container, x: Array, t: Array, *, local: bool = True) -> None:
        backend = net.check_inputs(x, t)
        self._stack, self._local = net.stack, local
        self._last: Any = original(net.stack.last_layer)
        self._inputs, self._t = [backend.cast(x, net.dtype)], backend.asarray(t)
        self._stack.forward(self._inputs[0], self._apply_and_keep)
        self.loss()  # refuses labels that do not fit, which many batches at once would hide

    def loss(self) -> float:
        """The loss as the parameters are now."""
        scores = self._stack.forward(self._inputs[0], apply_training)
        return float(self._stack.last_layer.apply_training(scores, self._t))

    def batchable(self, position: int) -> bool:
        """Whether perturbed outputs of this layer can pass through those behind as one batch."""
        behind = self._stack.layers[position + 1 :]
        return (
            self._local
            and self._t.ndim > 0
            and self._inputs[0].ndim > 1
            and hasattr(self._last, "row_losses")
            and all(layer.training_rowwise for layer in behind)
        )

    def losses(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> Array:
        """The loss with one entry of a parameter perturbed by `h`, for many entries.

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
        if self.batchable(position):
            return self._row_losses().mean() + self.changes(position, name, h, entries)
        param = self._stack.layers[position].params[name]
        return backend_of(param).asarray(
            self.losses_by_loop(position, name, h, entries), param.dtype
        )

    def changes(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> Array:
        """How far `losses` are from `loss`, without the rounding of the rows that keep theirs."""
        param = self._stack.layers[position].params[name]
        if self.batchable(position):
            if entries is not None:  # from anywhere: no slices of which the affected rows are known
                return self._changes_in_batches(position, name, h, entries, None)
            affected = self._stack.layers[position].affected_rows(name, self._inputs[position])
            every = range(math.prod(param.shape))
            return self._changes_in_batches(position, name, h, every, affected)
        loss = self.loss()
        changes = [other - loss for other in self.losses_by_loop(position, name, h, entries)]
        return backend_of(param).asarray(changes, param.dtype)

    def losses_by_loop(
        self, position: int, name: str, h: float, entries: Sequence[int] | None = None
    ) -> list[float]:
        """The same as `losses` by the plain loop: every loss from the start."""
        param = self._stack.layers[position].params[name]
        return perturbed_values(lambda _: self.loss(), param, h, entries)

    def largest(self) -> float:
        """The largest number that the loss is computed from."""
        params = [p for layer in self._stack.layers for p in layer.params.values()]
        arrays = [a for a in (*self._inputs, *params) if math.prod(a.shape)]
        return max(float(abs(array).max()) for array in arrays)

    def _apply_and_keep(self, name: str, layer: Layer, x: Array) -> Array:
        self._inputs.append(layer.apply_training(x))
        return self._inputs[-1]

    def _changes_in_batches(
        self, position: int, name: str, h: float, entries: Sequence[int], affected: Array | None
    ) -> Array:
        y, backend = self._inputs[position + 1], backend_of(self._inputs[position])
        layer = self._stack.layers[position]
        before = self._row_losses()  # (N,)
        changes = backend.xp.zeros(len(entries), dtype=before.dtype)
        most = CHUNK_BYTES // max(1, y.nbytes // len(y))  # rows in one batch
        host = None if affected is None else backend.to_numpy(affected)
        for first, end, moved in entry_ranges(len(entries), host, most):
            rows = slice(None) if moved is None else backend.asarray(moved)
            batch = *self._inputs[position : position + 2], self._t, before
            x, y, t, loss = (array[rows] for array in batch)
            chunk = max(1, min(end - first, most // len(y)))
            labels = backend.xp.concatenate([t] * chunk)
            for start in range(first, end, chunk):
                index = entries[start : min(start + chunk, end)]
                out = layer.perturbed(name, index, h, x, y)  # (K, M, ...)
                change = self._row_losses_behind(position, out, labels) - loss  # (K, M)
                changes[start : start + len(index)] = change.sum(axis=1) / len(before)
        return changes

    def _row_losses(self) -> Array:
        """The losses of the rows with the parameters as they are, shape (N,)."""
        return self._last.row_losses(self._inputs[-1], self._t)

    def _row_losses_behind(self, position: int, out: Array, labels: Array) -> Array:
        """The losses of perturbed outputs (K, M, ...) of a layer, shape (K, M)."""
        perturbations, rows = out.shape[:2]
        out = out.reshape(perturbations * rows, *out.shape[2:])
        scores = self._stack.forward(out, apply_training, position + 1)
        return self._last.row_losses(scores, labels[: len(out)]).reshape(perturbations, rows)
