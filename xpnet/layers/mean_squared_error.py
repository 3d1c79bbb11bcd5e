"""MeanSquaredError: the last layer of a network that does regression."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array, Backend, backend_of, scores_and_targets
from xpnet.layers.base import Layer
from xpnet.layers.loss_gradient import times

__all__ = ["MeanSquaredError"]


class MeanSquaredError(Layer):
    """``mean((x - t)**2)``, the mean over all rows and outputs.

    That is PyTorch's ``MSELoss`` and scikit-learn's ``mean_squared_error``. Half of it, which
    others minimise, has half of the gradient: the same training with twice the learning rate.

    Attributes
    ----------
    y : array, shape of the scores, or None
        The scores as they came: what the network predicts.
    t : array or None
        The targets as they came.
    loss : scalar or 0-d array, or None

    Examples
    --------
    >>> last_layer = MeanSquaredError()
    >>> float(last_layer.forward(np.array([[1.0], [4.0]]), np.array([1.0, 2.0])))
    2.0
    >>> last_layer.backward()
    array([[0.],
           [2.]])
    """

    capturable = True
    is_regression = True
    saved = ("y", "t", "_dx")

    def __init__(self) -> None:
        self.y: Array | None = None
        self.t: Array | None = None
        self.loss: Array | None = None
        self._dx: Array | None = None

    def forward(self, x: Array, t: Array) -> Array:
        """The loss; keeps `x` as `y`, `t` and the gradient.

        Parameters
        ----------
        x : array, shape (N, outputs) or (outputs,), floating
            Scores: the predictions. Read, never written.
        t : array, shape of `x`, real numbers
            Targets; for one output also (N,). Nothing is broadcast.

        Returns
        -------
        scalar or 0-d array, dtype of `x`

        Raises
        ------
        ShapeError, MixedBackendError
            `x` has no rows, or does not fit `t`.
        """
        backend, scores, targets = _rows(x, t)
        self.loss, dx = backend.mean_squared_error(scores, targets)
        self.y, self.t, self._dx = x, t, dx.reshape(x.shape)
        return self.loss

    def apply(self, x: Array, t: Array) -> Array:
        """The loss, keeping nothing."""
        return self.row_losses(x, t).mean()

    def row_losses(self, x: Array, t: Array) -> Array:
        """The loss of each row, shape (N,): `apply` before its mean over the rows."""
        backend, scores, targets = _rows(x, t)
        return backend.squared_error_rows(scores, targets)

    def backward(self, dout: Any = 1) -> Array:
        """``dout * 2 * (x - t) / (N * outputs)``.

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
            backend, scores, targets = _rows(y, t)
            dx = backend.mean_squared_error(scores, targets)[1].reshape(y.shape)
        return times(dx, dout, "MeanSquaredError")


def _rows(x: Array, t: Array) -> tuple[Backend, Array, Array]:
    """The scores and the targets as (N, outputs)."""
    backend = backend_of(x, t, caller="MeanSquaredError", names=("x", "t"))
    if not backend.is_floating(x):
        x = backend.asarray(x, backend.dtype("float64"))
    return backend, *scores_and_targets(backend, x, t, "MeanSquaredError")
