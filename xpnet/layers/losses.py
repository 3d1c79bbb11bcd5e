"""SoftmaxWithLoss: softmax and cross entropy as one layer (chapter 5.6.3)."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, Backend, backend_of, scores_and_labels
from xpnet.layers.base import Layer
from xpnet.layers.loss_gradient import times

__all__ = ["SoftmaxWithLoss"]


class SoftmaxWithLoss(Layer):
    """Mean cross entropy of each row's softmax with its label: ``-sum(t * log(y)) / N``.

    The loss is exact: ``log_softmax``, shifted by the row's maximum, with no ``+ 1e-7`` in a
    logarithm. The softmax is taken row by row: one over the whole batch would fail its gradient
    check.

    Attributes
    ----------
    y : array, shape of the scores, or None
        The softmax.
    t : array or None
        The labels as they came.
    loss : scalar or 0-d array, or None

    Examples
    --------
    >>> last_layer = SoftmaxWithLoss()
    >>> float(last_layer.forward(np.zeros((2, 4)), np.array([0, 3])))  # log(4)
    1.3862943611198906
    >>> last_layer.backward()
    array([[-0.375,  0.125,  0.125,  0.125],
           [ 0.125,  0.125,  0.125, -0.375]])
    """

    capturable = True
    saved = ("y", "t", "_dx")

    def __init__(self) -> None:
        self.y: Array | None = None
        self.t: Array | None = None
        self.loss: Array | None = None
        self._dx: Array | None = None

    def forward(self, x: Array, t: Array) -> Array:
        """The loss; keeps `y`, `t` and the gradient.

        Parameters
        ----------
        x : array, shape (N, C) or (C,), floating
            Scores (logits). Read, never written.
        t : array
            Labels: integers (N,), or rows (N, C). Rows are one-hot or soft, or weigh the classes
            in any way: one-hot rows times a weight of their class, several ones in a row, a row
            of zeros that does not count. For one row of scores, one integer or one row (C,).

        Returns
        -------
        scalar or 0-d array, dtype of `x`

        Raises
        ------
        ShapeError, LabelError, MixedBackendError
            `x` has no rows or does not fit `t`; `t` holds no labels; NumPy finds one out of
            range (on a GPU, where looking would mean waiting, its row becomes NaN).
        """
        backend, scores, labels = _rows(x, t)
        self.loss, y, dx = backend.softmax_with_loss(scores, labels)
        self.y, self.t, self._dx = y.reshape(x.shape), t, dx.reshape(x.shape)
        return self.loss

    def apply(self, x: Array, t: Array) -> Array:
        """The loss, keeping nothing."""
        return self.row_losses(x, t).mean()

    def row_losses(self, x: Array, t: Array) -> Array:
        """The loss of each row, shape (N,): `apply` before its mean."""
        backend, scores, labels = _rows(x, t)
        return backend.cross_entropy_rows(scores, labels)

    def backward(self, dout: Any = 1) -> Array:
        """``dout * (y - t) / N``, for rows of any mass ``dout * (y * sum(t) - t) / N``.

        A first call costs nothing more; a second computes it again.

        Parameters
        ----------
        dout : number or 0-d array
            The gradient of the loss.

        Returns
        -------
        array, shape and dtype of the scores

        Raises
        ------
        NotForwardedError, ShapeError, MixedBackendError
        """
        y, t = self.get_saved("y"), self.get_saved("t")
        # forward made the gradient on the way; it is handed out once, since the caller may write
        # into it, and computed again for who asks again
        dx, self._dx = self._dx, None
        if dx is None:
            backend, rows, labels = _rows(y, t)
            dx = backend.softmax_with_loss_grad(rows, labels).reshape(y.shape)
        return times(dx, dout, "SoftmaxWithLoss")


def _rows(x: Array, t: Array) -> tuple[Backend, Array, Array]:
    """The scores as (N, C) and the labels as (N,) integers or (N, C) rows."""
    backend = backend_of(x, t, caller="SoftmaxWithLoss", names=("x", "t"))
    if not backend.is_floating(x):
        x = backend.asarray(x, backend.dtype("float64"))
    return backend, *scores_and_labels(backend, x, t, "SoftmaxWithLoss")
