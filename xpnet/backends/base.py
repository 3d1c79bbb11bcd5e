"""Backend: every primitive of the library, written once in ``xp``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xpnet.backends.batch_norm import BatchNormalisation
from xpnet.backends.dropout import Dropping
from xpnet.backends.step_feed import StepFeed
from xpnet.backends.storage import Array
from xpnet.backends.update_rule import UpdateRule
from xpnet.errors import ArgumentTypeError, LabelError

__all__ = ["Backend"]


class Backend(BatchNormalisation, Dropping):
    """The primitives that work on arrays, in array code.

    The bodies here are the definition of each primitive. A subclass sets `name`, `xp`,
    `array_type` and `device`, says how arrays come and go (`Storage`), and replaces a primitive
    only by something faster that gives the same result, NaN and infinities included.

    The arithmetic keeps the dtype of its inputs and writes only into what it made itself, or into
    what is named as written: `out` of `matmul`, `target` of `assign`, `param` and `state` of
    `update`, `grad` of `clip_norm`, `running` of `batch_norm`, `grads` of its gradient.

    Attributes
    ----------
    has_tf32 : bool
        Whether its products of float32 arrays heed `set_matmul_precision`.
    """

    has_tf32 = False

    # --- products ------------------------------------------------------------------------

    def matmul(self, a: Array, b: Array, out: Array | None = None) -> Array:
        """The matrix product ``a @ b``, as NumPy's ``matmul``.

        Parameters
        ----------
        a : array, shape (M, K), or another that ``xp.matmul`` takes
        b : array, shape (K, N), likewise
        out : array, shape (M, N), optional
            Written over, cast to its dtype.

        Returns
        -------
        array, shape (M, N)
            `out`, or a new array in the common dtype of `a` and `b`.

        Examples
        --------
        >>> backend = xpnet.get_backend()
        >>> backend.matmul(np.array([[1.0, 2.0]]), np.array([[3.0], [4.0]]))
        array([[11.]])
        """
        return self.xp.matmul(a, b, out=out)

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

    def tanh(self, x: Array) -> Array:
        """The hyperbolic tangent; of integers in float64."""
        return self.xp.tanh(x * 1.0)

    def tanh_grad(self, dout: Array, y: Array) -> Array:
        """The gradient from the output `y` of the hyperbolic tangent alone."""
        return dout * (1 - y * y)

    def leaky_relu(self, x: Array, slope: float) -> Array:
        """`x` where it is above 0, ``slope * x`` elsewhere; NaN stays NaN."""
        return self.xp.where(x <= 0, slope * x, x)

    def leaky_relu_grad(self, dout: Array, y: Array, slope: float) -> Array:
        """The gradient from the output `y` of `leaky_relu`, which has the sign of its input."""
        return self.xp.where(y <= 0, slope * dout, dout)

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
                f"the labels 0 to {num_classes - 1}: correct the labels or the number of outputs"
            )

    # --- mean squared error: scores and targets are (N, outputs) -----------------------------

    def mean_squared_error(self, scores: Array, t: Array) -> tuple[Array, Array]:
        """The mean of all ``(scores - t)**2`` (0-d), and the gradient of the scores."""
        error = scores - self.asarray(t, scores.dtype)
        return self.xp.mean(error * error), error * (2 / math.prod(error.shape))

    def squared_error_rows(self, scores: Array, t: Array) -> Array:
        """The mean of ``(scores - t)**2`` of each row, shape (N,)."""
        error = scores - self.asarray(t, scores.dtype)
        return self.xp.mean(error * error, axis=1)

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

    # --- steps of optimizers -----------------------------------------------------------------

    def clip_norm(self, grad: Array, limit: float) -> None:
        """Scale `grad` in place so that its norm, the root of its sum of squares, is in `limit`.

        As PyTorch's ``clip_grad_norm_``, with the ``1e-6`` that keeps off 0 / 0. A norm that is
        NaN makes all of it NaN, one that is infinite makes all 0 that is finite.

        Parameters
        ----------
        grad : array
            Floating: all gradients of a network in one.
        limit : float
            Above 0.

        Examples
        --------
        >>> grad = np.array([3.0, 4.0])
        >>> xpnet.get_backend().clip_norm(grad, 1.0)
        >>> grad.round(3)
        array([0.6, 0.8])
        """
        # in float32 the square of 1e20, which there is good reason to clip, would be infinite
        wide = self.asarray(grad, self.dtype("float64"))
        scale = limit / (self.xp.sqrt(self.xp.sum(wide * wide)) + 1e-6)
        grad *= self.asarray(self.xp.where(scale >= 1, 1, scale), grad.dtype)

    def update(
        self,
        rule: UpdateRule,
        param: Array,
        grad: Array,
        state: Sequence[Array],
        values: Mapping[str, float | Array],
    ) -> None:
        """One step by `rule`, written over `param` and the arrays of `state`.

        Parameters
        ----------
        rule : UpdateRule
        param, grad : array
            Of one shape and one floating dtype, as are those of `state`; none shares memory with
            another.
        state : sequence of array
            In the order of ``rule.state``.
        values : mapping of str to float or array
            The numbers of the rule: scalars and constants, which may be 0-d arrays, and those
            that are entrywise, which may be arrays in the shape of `param`; all in its dtype.

        Raises
        ------
        MemoryError
            Nothing is written: a formula takes all its memory before that.
        """
        made = rule.formula(self.xp, param, grad, *state, **values)
        if len(made) != 1 + len(state):
            raise ArgumentTypeError(
                f"{rule.name}: expected {1 + len(state)} arrays from its formula, the step and "
                f"{len(state)} of state, got {len(made)}"
            )
        for k, array in enumerate(state, 1):
            array[...] = made[k]
        param -= made[0]

    # --- captured steps ------------------------------------------------------------------------

    def capture(self, body: Callable[[], object]) -> Callable[[], None] | None:
        """Record what `body` asks of the device, to have it done again by one launch.

        Parameters
        ----------
        body : callable
            Without arguments. It is called twice: the first call does its work, the second is
            recorded and does nothing. Python in it does not run again: a replay reads and writes
            the memory that the recorded call did.

        Returns
        -------
        callable or None
            Does the work of `body` once more, in the order of the current stream. None, with
            `body` not called, where a backend records nothing.

        Raises
        ------
        CaptureError
            The first call is done, but the second could not be recorded.
        """
        return None

    def step_feed(self, batch: int, count: int, dtype: Any) -> StepFeed:
        """What a captured step reads anew at each replay; see `StepFeed`."""
        return StepFeed(self, batch, count, dtype)
