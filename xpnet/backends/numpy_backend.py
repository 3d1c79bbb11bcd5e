"""NumpyBackend: the CPU, and what NumPy does faster another way."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from xpnet.backends.base import Backend
from xpnet.backends.dropout import threshold
from xpnet.backends.kinds import REAL
from xpnet.backends.storage import Array, repeats
from xpnet.backends.threads import FEW, SMALL, ThreadLimit, is_limited
from xpnet.backends.update_rule import UpdateRule

__all__ = ["NumpyBackend"]

PART = 2**16
"""Entries that an update computes at once, those of all arrays of state together.

With their temporaries they stay in a core's cache. Over 4 million entries 2^15 and 2^16 are the
fastest powers of 2; over 40 thousand, a second part costs SGD half of its time again. Adam's parts
are half as large: glibc would give the memory of so many temporaries back to the system and ask
for it anew at each step, which takes more than twice as long.
"""


class NumpyBackend(Backend):
    """Arrays of NumPy, in the memory of the CPU."""

    name = "numpy"
    xp = np
    array_type = np.ndarray
    device = "cpu"

    def takes(self, x: Array) -> bool:
        return x.dtype.kind in REAL and self.owns(x)  # one look where the base takes three

    def is_writable(self, x: Array) -> bool:
        flags = x.flags
        return bool(flags.writeable) and (bool(flags.forc) or not repeats(x))

    def overlap(self, x: Array, y: Array) -> bool:
        if x.base is None and y.base is None and x is not y:  # each owns its memory
            return False
        return np.may_share_memory(x, y)

    def buffer_of(self, x: Array) -> tuple[Hashable, int]:
        while isinstance(x.base, np.ndarray):
            x = x.base
        # an array that owns its memory stands for it; memory of others has its address
        return id(x) if x.base is None else x.__array_interface__["data"][0], x.nbytes

    def flush_subnormals(self, x: Array) -> None:
        if x.dtype.itemsize < 4:  # NumPy computes in float32, where these are normal
            return
        smallest = np.finfo(x.dtype).smallest_normal
        for part in [x] if x.size <= PART else [x[k] for k in _parts(x, PART)]:
            np.copyto(part, 0, where=np.abs(part) < smallest)

    def threads(self, count: int) -> AbstractContextManager[object]:
        return ThreadLimit(count, chosen=True)

    def few_threads(self, operations: int) -> AbstractContextManager[object]:
        return ThreadLimit(1) if FEW < operations <= SMALL and not is_limited() else nullcontext()

    def matmul(self, a: Array, b: Array, out: Array | None = None) -> Array:
        # an outer product takes a fifth of the time by BLAS, which matmul leaves to a plain loop
        if b.shape[:1] == (1,) and _is_outer(a, b, out):
            return np.dot(a, b, out=out)
        return np.matmul(a, b, out=out)

    def relu(self, x: Array) -> Array:
        # one pass instead of a mask and a choice; maximum keeps NaN too
        return np.maximum(x, 0)

    def relu_grad(self, dout: Array, mask: Array) -> Array:
        if dout.itemsize > 8:
            return super().relu_grad(dout, mask)
        # AND with all ones keeps every bit of an entry, with zeros none: a choice that the
        # processor need not predict, three times as fast as np.where on a random mask
        bits = f"i{dout.itemsize}"
        kept = (mask.view("i1") - 1).astype(bits)
        kept &= dout.view(bits)
        return kept.view(dout.dtype)

    def sigmoid(self, x: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            if x.dtype.char == "e":  # rounded once, and exp stays in range
                return self.sigmoid(x.astype("float32")).astype("float16")
            if x.dtype.char not in "fd" or x.ndim == 0:
                return super().sigmoid(x)
            # four passes over one array, where the base takes more of each
            y = np.negative(x)
            np.exp(y, out=y)
            y += 1
            np.reciprocal(y, out=y)
            if not y.all():  # exp(-x) was infinite: so far below 0 the sigmoid is exp(x)
                np.exp(x, out=y, where=y == 0)
            return y

    def tanh(self, x: Array) -> Array:
        return np.tanh(x) if x.dtype.kind == "f" else super().tanh(x)  # without a copy before it

    def leaky_relu(self, x: Array, slope: float) -> Array:
        if slope > 1:
            return super().leaky_relu(x, slope)
        # of x and slope * x the larger is the one to take, which needs no mask; NaN stays
        y = slope * x
        return np.maximum(x, y, out=y if y.ndim else None)

    def dropout_mask(
        self, shape: tuple[int, ...], step: Array, seed: int, rate: float, first: int = 0
    ) -> Array:
        # NumPy's own generator, whose numbers the base computes in array code
        blocks, before = divmod(first, 8)
        count = math.prod(shape)
        generator = np.random.Philox(counter=[blocks, int(step[0]), 0, 0], key=seed)
        raw = generator.random_raw((before + count + 1) // 2)
        words = raw.astype("<u8").view("<u4")  # the lower half of each comes first
        words = words[before : before + count]
        return (words >= threshold(rate)).reshape(shape)

    def cast(self, x: Array, dtype: Any, scale: float | None = None) -> Array:
        if scale is None:
            return np.asarray(x, dtype)
        made = x.astype(dtype)  # a copy, so that it may be scaled in place
        made *= scale
        return made

    def gather(
        self, x: Array, t: Array, index: Array, dtype: Any, scale: float | None = None
    ) -> tuple[Array, Array]:
        # take is quicker than indexing for whole rows
        return self.cast(x.take(index, axis=0), dtype, scale), t.take(index, axis=0)

    # Scores are turned once, so that every reduction over the classes runs along whole rows of
    # memory: over 10 trailing columns NumPy's maximum takes 20 times as long.

    def _shift(self, scores: Array) -> tuple[Array, Array, Array]:
        """The scores less their row's maximum (C, N), their exp, and its sum in each row (N,)."""
        shifted = np.array(scores.T, order="C")
        shifted -= shifted.max(axis=0)
        exp = np.exp(shifted)
        return shifted, exp, exp.sum(axis=0)

    def log_softmax(self, scores: Array) -> Array:
        shifted, _, total = self._shift(scores)
        shifted -= np.log(total)
        return shifted.T

    def cross_entropy_rows(self, scores: Array, t: Array) -> Array:
        if t.ndim == 2:
            return super().cross_entropy_rows(scores, t)
        self.check_labels(t, scores.shape[1])
        shifted, _, total = self._shift(scores)
        return np.log(total) - shifted[t, np.arange(len(t))]

    def softmax_with_loss(self, scores: Array, t: Array) -> tuple[Array, Array, Array]:
        if t.ndim == 2 or scores.itemsize == 2:  # the sum of many losses is beyond float16
            return super().softmax_with_loss(scores, t)
        self.check_labels(t, scores.shape[1])
        shifted, exp, total = self._shift(scores)
        loss = (np.log(total) - shifted[t, np.arange(len(t))]).sum() / len(t)
        exp /= total
        return loss, exp.T, self._less_one_hot(exp.T, t)

    def softmax_with_loss_grad(self, y: Array, t: Array) -> Array:
        if t.ndim == 2:
            return super().softmax_with_loss_grad(y, t)
        self.check_labels(t, y.shape[1])
        return self._less_one_hot(y, t)

    def _less_one_hot(self, y: Array, t: Array) -> Array:
        """``(y - one_hot(t)) / N`` without the one-hot rows."""
        dx = y.copy(order="K")
        dx[np.arange(len(t)), t] -= 1
        dx /= len(t)
        return dx

    def update(
        self,
        rule: UpdateRule,
        param: Array,
        grad: Array,
        state: Sequence[Array],
        values: Mapping[str, float | Array],
    ) -> None:
        # A formula makes several passes. Part by part, what a pass leaves is in a cache for the
        # next: of 4 million entries Adam takes 0.6 times as long. The first part has taken all the
        # memory that the others take again.
        part = PART // len(state) if state else PART
        if param.size <= part:
            self._update(rule, param, grad, state, values)
            return
        for k in _parts(param, part):
            parts = [array[k] for array in state] if state else state
            self._update(rule, param[k], grad[k], parts, _part(rule, values, k))

    def _update(
        self,
        rule: UpdateRule,
        param: Array,
        grad: Array,
        state: Sequence[Array],
        values: Mapping[str, float | Array],
    ) -> None:
        # what NumPy makes of 0-d arrays are scalars, into which nothing is written
        if rule.in_place is None or param.ndim == 0:
            super().update(rule, param, grad, state, values)
        else:
            rule.in_place(np, param, grad, *state, **values)


def _is_outer(a: Array, b: Array, out: Array | None) -> bool:
    """Whether `a` is one column and `b` one row, of one dtype, and `out` is as `dot` wants it."""
    if out is not None and not (out.flags.c_contiguous and out.dtype == a.dtype):
        return False
    return bool(a.ndim == b.ndim == 2 and a.shape[1] == 1 and a.dtype == b.dtype)


def _parts(array: Array, size: int) -> Iterator[slice]:
    """What to index the first axis with, to go through an array in parts of about this size."""
    rows = max(1, size * len(array) // array.size)
    for start in range(0, len(array), rows):
        yield slice(start, start + rows)


def _part(rule: UpdateRule, values: Mapping[str, Any], k: slice) -> Mapping[str, Any]:
    """The numbers of an update for a part of its entries."""
    if not rule.entrywise:
        return values
    arrays = {name: values[name] for name in rule.entrywise if np.ndim(values[name])}
    return {**values, **{name: array[k] for name, array in arrays.items()}}
