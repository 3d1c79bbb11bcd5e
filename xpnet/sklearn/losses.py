"""Losses of scores, each behind the output activation that makes its gradient ``output - t``."""

from __future__ import annotations

from typing import ClassVar

from xpnet.backends import Array, backend_of
from xpnet.layers import Layer

__all__ = ["CrossEntropy", "LogisticLoss", "OutputLoss", "PoissonLoss", "SquaredLoss"]


class OutputLoss(Layer):
    """A loss layer: the mean of a loss of each row, in which rows may have weights.

    A subclass has `output` and `row_losses`. Its gradient by the scores is ``output - t`` of each
    row, times the row's share of the weights.

    Attributes
    ----------
    activation : str
        scikit-learn's name of the output activation.
    """

    activation: ClassVar[str]
    saved = ("_dx",)

    def __init__(self) -> None:
        self._dx: Array | None = None

    def output(self, x: Array) -> Array:
        """The output activation of the scores, which an estimator predicts.

        Parameters
        ----------
        x : array, shape (N, out), floating

        Returns
        -------
        array, shape (N, out)
        """
        raise NotImplementedError(f"{type(self).__name__} must define output")

    def row_losses(self, x: Array, t: Array) -> Array:
        """The loss of each row of scores, shape (N,)."""
        raise NotImplementedError(f"{type(self).__name__} must define row_losses")

    def forward(self, x: Array, t: Array, weights: Array | None = None) -> Array:
        """The loss; keeps the gradient.

        Parameters
        ----------
        x : array, shape (N, out), floating
            Scores. Read, never written.
        t : array, shape (N, out), dtype of `x`
            Targets.
        weights : array, shape (N,), dtype of `x`, optional
            Of the rows; by default all count alike.

        Returns
        -------
        scalar or 0-d array
        """
        rows, dx = self.row_losses(x, t), self.output(x) - t
        if weights is None:
            dx /= x.shape[0]
            self._dx = dx
            return rows.sum() / x.shape[0]
        shares = weights / weights.sum()
        dx *= shares[:, None]
        self._dx = dx
        return (shares * rows).sum()

    def backward(self, dout: float = 1) -> Array:
        """The gradient of the scores, shape (N, out)."""
        return self.get_saved("_dx") * dout if dout != 1 else self.get_saved("_dx")


class CrossEntropy(OutputLoss):
    """Cross entropy of the softmax; `t` are integer labels (N,)."""

    activation = "softmax"

    def output(self, x: Array) -> Array:
        """The softmax of each row."""
        return backend_of(x).softmax(x)

    def row_losses(self, x: Array, t: Array) -> Array:
        """The cross entropy of each row."""
        return backend_of(x).cross_entropy_rows(x, t)

    def forward(self, x: Array, t: Array, weights: Array | None = None) -> Array:
        """The loss; keeps the gradient. It is one primitive of the backend."""
        backend = backend_of(x, t)
        if weights is not None:  # rows of labels may have any mass, and their loss is a mean
            rows = backend.one_hot(t, x.shape[1], x.dtype)
            t = rows * (weights * (x.shape[0] / weights.sum()))[:, None]
        loss, _, self._dx = backend.softmax_with_loss(x, t)
        return loss


class LogisticLoss(OutputLoss):
    """Binary cross entropy of the sigmoid, summed over the outputs; `t` are 0 and 1."""

    activation = "logistic"

    def output(self, x: Array) -> Array:
        """The sigmoid of each score."""
        return backend_of(x).sigmoid(x)

    def row_losses(self, x: Array, t: Array) -> Array:
        """``log(1 + exp(x)) - t * x``, which cannot overflow as it is written here."""
        xp = backend_of(x, t).xp
        return (xp.maximum(x, 0) - t * x + xp.log1p(xp.exp(-abs(x)))).sum(axis=1)


class SquaredLoss(OutputLoss):
    """Half of the mean squared error; its gradient is that of the sum over the outputs.

    scikit-learn prints the mean and follows the sum, so that both differ by the number of
    outputs, and so does this.
    """

    activation = "identity"

    def output(self, x: Array) -> Array:
        """The scores."""
        return x

    def row_losses(self, x: Array, t: Array) -> Array:
        """Half of the mean of the squares."""
        return ((x - t) ** 2).sum(axis=1) / (2 * x.shape[1])


class PoissonLoss(OutputLoss):
    """Half of the Poisson deviance of the exponential, summed over the outputs; `t` from 0 on."""

    activation = "exp"

    def output(self, x: Array) -> Array:
        """The exponential of each score."""
        return backend_of(x).xp.exp(x)

    def row_losses(self, x: Array, t: Array) -> Array:
        """``t * log(t / y) - t + y``, in which 0 log 0 is 0."""
        xp = backend_of(x, t).xp
        logs = xp.log(xp.where(t > 0, t, 1)) - x
        return (t * logs - t + xp.exp(x)).sum(axis=1)
