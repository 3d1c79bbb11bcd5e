"""Batch normalisation as a primitive: training, its gradient, and inference, in array code."""

from __future__ import annotations

from collections.abc import Sequence

from xpnet.backends.storage import Array, Storage

__all__ = ["BatchNormalisation"]


class BatchNormalisation(Storage):
    """The part of `Backend` that normalises batches; arrays are (N, C) and (C,)."""

    def batch_norm(
        self,
        x: Array,
        gamma: Array,
        beta: Array,
        running: Sequence[Array],
        momentum: float,
        eps: float,
    ) -> tuple[Array, Array, Array]:
        """``gamma * x_hat + beta``, where each column of ``x_hat`` has mean 0 and variance 1.

        Parameters
        ----------
        x : array, shape (N, C), floating
        gamma, beta : array, shape (C,)
        running : sequence of array
            The running mean and variance, shape (C,), or nothing. Written over: moved by
            `momentum` towards those of the batch, the variance with N - 1 in its denominator.
        momentum, eps : float

        Returns
        -------
        y, x_hat : array, shape (N, C)
        inv_std : array, shape (C,)
            ``1 / sqrt(var + eps)``, with the variance of the batch, N in its denominator.
        """
        xp, rows = self.xp, len(x)
        mean = xp.sum(x, axis=0) / rows
        centred = x - mean  # the variance of small differences keeps its digits
        var = xp.sum(centred * centred, axis=0) / rows
        inv_std = 1 / xp.sqrt(var + eps)
        x_hat = centred * inv_std
        if running:
            moved = mean, var * (rows / (rows - 1))
            for array, value in zip(running, moved, strict=True):
                array *= 1 - momentum
                array += momentum * value
        return x_hat * gamma + beta, x_hat, inv_std

    def batch_norm_grad(
        self, dout: Array, gamma: Array, x_hat: Array, inv_std: Array, grads: Sequence[Array]
    ) -> Array:
        """The gradient of `x`; mean and variance of the batch depend on every row of it.

        Parameters
        ----------
        dout : array, shape (N, C)
        gamma : array, shape (C,)
        x_hat, inv_std : array
            As `batch_norm` gave them.
        grads : sequence of array, shape (C,)
            The gradients of gamma and beta. Written over.

        Returns
        -------
        array, shape (N, C)
        """
        xp, rows = self.xp, len(dout)
        dgamma = xp.sum(dout * x_hat, axis=0)
        dbeta = xp.sum(dout, axis=0)
        for target, grad in zip(grads, (dgamma, dbeta), strict=True):
            target[...] = grad
        # the second term comes from the mean, the third from the variance
        return gamma * inv_std * (dout - dbeta / rows - x_hat * (dgamma / rows))

    def batch_norm_inference(
        self, x: Array, gamma: Array, beta: Array, mean: Array, var: Array, eps: float
    ) -> Array:
        """The same map with a mean and a variance that are given; `x` is (N, C) or (C,)."""
        return (x - mean) * (gamma / self.xp.sqrt(var + eps)) + beta
