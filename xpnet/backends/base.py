"""Backend: every primitive of the library, written once in ``xp``."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

import numpy as np

from xpnet.errors import LabelError

__all__ = ["Array", "Backend", "Pool", "repeats"]

Array: TypeAlias = Any
"""An array of any backend; what its shape and dtype must be stands in each docstring."""


@dataclass(frozen=True)
class Pool:
    """What a backend's memory pool and its device say of themselves, in bytes.

    Attributes
    ----------
    used, held : int
        What arrays occupy, and what the pool has taken from the device: it keeps blocks that
        came free for the next array.
    free, total : int
        Memory of the device, all processes together.
    """

    used: int
    held: int
    free: int
    total: int


class Backend:
    """Where arrays live, and the primitives that work on them.

    The bodies here are the definition of each primitive. A subclass sets `name`, `xp` (a
    namespace with NumPy's functions), `array_type` and `device`, says how arrays come and go,
    and replaces a primitive only by something faster that gives the same result, NaN and
    infinities included. Its arrays must be mutable, and their slices must be views.

    The arithmetic keeps the dtype of its inputs and writes only into what it made itself,
    or into what is named as written (`out`, `target`, `param` and an optimizer's state).
    """

    name: str
    xp: Any
    array_type: type
    device: str

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r} on {self.device}>"

    # --- where arrays live ---------------------------------------------------------------

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """`x` (numbers, sequences, host arrays, or an array of this backend) as an array here."""
        return self.xp.asarray(x, dtype=dtype)

    def to_numpy(self, x: Array) -> Any:
        """An array of this backend as a ``numpy.ndarray``."""
        return np.asarray(x)

    def synchronize(self) -> None:
        """Wait until the device has done all that it was given."""

    def owns(self, x: Array) -> bool:
        """Whether `x`, an `array_type`, lives on this backend's device."""
        return True

    def takes(self, x: Array) -> bool:
        """Whether `x`, an `array_type`, is owned and holds real numbers: bool, integers, floats."""
        real = self.is_floating(x) or self.is_integer(x) or x.dtype == self.dtype("bool")
        return self.owns(x) and bool(real)

    def dtype(self, name: Any) -> Any:
        """The dtype called `name` (``"float32"``), as arrays of this backend have it."""
        return self.xp.dtype(name)

    def is_floating(self, x: Array) -> bool:
        """Whether the entries of `x` are real floating point numbers."""
        return bool(x.dtype.kind == "f")

    def is_integer(self, x: Array) -> bool:
        """Whether the entries of `x` are integers."""
        return bool(x.dtype.kind in "iu")

    def is_writable(self, x: Array) -> bool:
        """Whether each entry of `x` can be written, and alone."""
        return True

    def overlap(self, x: Array, y: Array) -> bool:
        """Whether writing into `x` may change `y`."""
        return self.buffer_of(x)[0] == self.buffer_of(y)[0]

    def step_dtype(self, param: Array) -> Any:
        """The dtype of an optimizer's step and its state: float32, or that of `param` if wider.

        The square of a gradient of 1e-4 is 0 in float16, and so is the usual eps.
        """
        return param.dtype if param.dtype.itemsize >= 4 else self.dtype("float32")

    def epsilon(self, x: Array) -> float:
        """Distance from 1 to the next number of the floating dtype of `x`."""
        return float(self.xp.finfo(x.dtype).eps)

    def not_zero(self, number: float, x: Array) -> float:
        """`number` above 0, or the smallest of the floating dtype of `x` where it would be 0."""
        return max(number, _smallest(self.xp, x.dtype))

    def floats(self, values: Sequence[Array]) -> list[float]:
        """0-d results as Python floats: one wait for all of them."""
        return [float(value) for value in values]

    def assign(self, target: Array, value: Any) -> None:
        """Write `value` over `target`, cast to its dtype; they may share memory."""
        target[...] = value

    # --- threads -------------------------------------------------------------------------

    def threads(self, count: int) -> AbstractContextManager[object]:
        """A block in which products take so many threads, where they take any."""
        return nullcontext()

    def few_threads(self, operations: int) -> AbstractContextManager[object]:
        """A block of products of so many operations at most, in which threads may not pay."""
        return nullcontext()

    # --- memory --------------------------------------------------------------------------

    def pool(self) -> Pool | None:
        """The memory pool, or None where there is none to ask."""
        return None

    def free_unused(self) -> None:
        """Give back what a pool holds and no array uses."""

    def buffer_of(self, x: Array) -> tuple[Hashable, int]:
        """What tells the memory behind `x` from other memory, and its bytes.

        A view keeps all of that memory alive, so a backend that knows it counts all of it; this
        one knows no more than the array itself.
        """
        return id(x), int(x.nbytes)

    # --- activations ---------------------------------------------------------------------

    def relu(self, x: Array) -> Array:
        """``max(x, 0)``; NaN stays NaN, since it is not ``<= 0``."""
        return self.xp.where(x <= 0, 0, x)

    def relu_with_mask(self, x: Array) -> tuple[Array, Array]:
        """`relu` and the mask of what it closed, which is all its gradient needs."""
        return self.relu(x), x <= 0

    def relu_grad(self, dout: Array, mask: Array) -> Array:
        """`dout` where the mask is open, 0 where it is closed, whatever `dout` holds there."""
        return self.xp.where(mask, 0, dout)

    def sigmoid(self, x: Array) -> Array:
        """``1 / (1 + exp(-x))``, with all its digits at both ends."""
        small = self.xp.exp(-abs(x * 1.0))  # from 0 to 1: cannot overflow
        return self.xp.where(x < 0, small, 1) / (1 + small)

    def sigmoid_grad(self, dout: Array, y: Array) -> Array:
        """The gradient from the output `y` of the sigmoid alone (chapter 5.5.2)."""
        return dout * (1 - y) * y

    # --- softmax and cross entropy: scores are (N, C), labels (N,) integers or (N, C) rows ------

    def log_softmax(self, scores: Array) -> Array:
        """Logarithm of the softmax of each row."""
        # shift by the row's maximum: exp(a - max) cannot overflow
        shifted = scores - self.xp.max(scores, axis=1, keepdims=True)
        return shifted - self.xp.log(self.xp.sum(self.xp.exp(shifted), axis=1, keepdims=True))

    def softmax(self, scores: Array) -> Array:
        """Softmax of each row."""
        return self.xp.exp(self.log_softmax(scores))

    def cross_entropy_rows(self, scores: Array, t: Array) -> Array:
        """Cross entropy of each row's softmax with its label, shape (N,)."""
        return self._row_losses(self.log_softmax(scores), t)

    def _row_losses(self, log_y: Array, t: Array) -> Array:
        if t.ndim == 1:
            self.check_labels(t, log_y.shape[1])
            return -log_y[self.xp.arange(len(t)), t]
        t = self.asarray(t, log_y.dtype)
        # a class that t gives no weight adds nothing, even where log(y) is -inf
        return -self.xp.sum(t * self.xp.where(t == 0, 0, log_y), axis=1)

    def softmax_with_loss(self, scores: Array, t: Array) -> tuple[Array, Array, Array]:
        """The mean cross entropy (0-d), the softmax `y`, and the gradient of the scores."""
        log_y = self.log_softmax(scores)
        loss, y = self.xp.mean(self._row_losses(log_y, t)), self.xp.exp(log_y)
        return loss, y, self.softmax_with_loss_grad(y, t)

    def softmax_with_loss_grad(self, y: Array, t: Array) -> Array:
        """``(y * sum(t) - t) / N`` by rows, with integer labels standing for one-hot rows.

        Each class that a row names pulls on all scores of the row. Where the row sums to 1 this
        is the chapter's ``(y - t) / N`` (5.6.3).
        """
        if t.ndim == 1:
            return (y - self.one_hot(t, y.shape[1], y.dtype)) / y.shape[0]
        t = self.asarray(t, y.dtype)
        return (y * self.xp.sum(t, axis=1, keepdims=True) - t) / y.shape[0]

    def one_hot(self, t: Array, num_classes: int, dtype: Any) -> Array:
        """Row ``t[i]`` of the identity matrix for each label."""
        self.check_labels(t, num_classes)
        return self.asarray(t[:, None] == self.xp.arange(num_classes), dtype)

    def check_labels(self, t: Array, num_classes: int) -> None:
        """Raise `LabelError` where an integer label is outside ``0 .. num_classes - 1``."""
        if len(t) and (t.min() < 0 or t.max() >= num_classes):
            raise LabelError(
                f"labels run from {int(t.min())} to {int(t.max())}, but {num_classes} classes have "
                f"the labels 0 to {num_classes - 1}: mend the labels or the number of outputs"
            )

    # --- batches -------------------------------------------------------------------------

    def cast(self, x: Array, dtype: Any, scale: float | None = None) -> Array:
        """`x` in `dtype`, times `scale`; `x` itself where nothing changes."""
        x = self.asarray(x, dtype)
        return x if scale is None else x * scale

    def gather(
        self, x: Array, t: Array, index: Array, dtype: Any, scale: float | None = None
    ) -> tuple[Array, Array]:
        """The rows ``x[index]``, cast and scaled, and ``t[index]``; `index` holds (K,) integers."""
        return self.cast(x[index], dtype, scale), t[index]

    def count_correct(self, scores: Array, t: Array) -> Array:
        """How many rows have their largest score at their label (0-d, float64).

        The label of a row is its largest entry. A row of labels that is all zeros has none, and
        where a NaN is among the scores or the labels no entry is the largest.
        """
        xp = self.xp
        if self.is_integer(t) and t.ndim == 1:
            self.check_labels(t, scores.shape[1])
        top = xp.max(scores, axis=1)
        known = top == top  # NaN is not equal to itself
        if t.ndim > 1:
            known &= (xp.max(t, axis=1) > 0) | (xp.min(t, axis=1) < 0)
            t = xp.argmax(t, axis=1)
        return xp.sum(known & (xp.argmax(scores, axis=1) == t), dtype=self.dtype("float64"))

    # --- one step of each optimizer, written over `param` and the state ----------------------
    # All arrays have one dtype, to which `Optimizer.update` casts, and overlap nothing.
    # Each takes all its memory before it writes: a step that runs out of it is not half done.
    # An `eps` that the dtype rounds to 0 would make 0 / 0 of an entry that no gradient moves.

    def sgd(self, param: Array, grad: Array, lr: float) -> None:
        """``param -= lr * grad``."""
        param -= lr * grad

    def momentum(self, param: Array, grad: Array, v: Array, lr: float, momentum: float) -> None:
        """``v = momentum * v + grad``, then ``param -= lr * v``."""
        new_v = momentum * v + grad
        step = lr * new_v
        v[...] = new_v
        param -= step

    def adagrad(self, param: Array, grad: Array, h: Array, lr: float, eps: float) -> None:
        """``h += grad ** 2``, then ``param -= lr * grad / (sqrt(h) + eps)``."""
        eps = self.not_zero(eps, param)
        new_h = h + grad * grad
        step = lr * grad / (self.xp.sqrt(new_h) + eps)
        h[...] = new_h
        param -= step

    def rmsprop(
        self, param: Array, grad: Array, h: Array, lr: float, decay: float, eps: float
    ) -> None:
        """``h = decay * h + (1 - decay) * grad ** 2``, then as `adagrad`."""
        eps = self.not_zero(eps, param)
        new_h = decay * h + (1 - decay) * grad * grad
        step = lr * grad / (self.xp.sqrt(new_h) + eps)
        h[...] = new_h
        param -= step

    def adam(
        self,
        param: Array,
        grad: Array,
        m: Array,
        v: Array,
        lr: float,
        betas: tuple[float, float],
        eps: float,
        step: int,
    ) -> None:
        """Both moments, their bias at `step` (counted from 1) mended, and the update."""
        beta1, beta2 = betas
        eps = self.not_zero(eps, param)
        new_m = beta1 * m + (1 - beta1) * grad
        new_v = beta2 * v + (1 - beta2) * grad * grad
        m_hat, v_hat = new_m / (1 - beta1**step), new_v / (1 - beta2**step)
        move = lr * m_hat / (self.xp.sqrt(v_hat) + eps)
        m[...], v[...] = new_m, new_v
        param -= move


def repeats(x: Array) -> bool:
    """Whether entries of `x`, an array of NumPy or CuPy, lie on each other: a broadcast view.

    Interleaved views, which no indexing makes, count as such.
    """
    if 0 in x.shape:
        return False
    end = x.itemsize  # of what the axes of smaller steps cover
    for step, n in sorted((abs(step), n) for step, n in zip(x.strides, x.shape, strict=True)):
        if n > 1 and step < end:
            return True
        end += step * (n - 1)
    return False


@cache
def _smallest(xp: Any, dtype: Any) -> float:
    """The smallest number above 0 of a floating dtype."""
    limits = xp.finfo(dtype)
    return float(limits.tiny) * float(limits.eps)
