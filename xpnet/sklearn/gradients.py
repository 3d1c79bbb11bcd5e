"""Gradients of one batch, of the loss with its L2 term."""

from __future__ import annotations

from typing import Any

from xpnet.backends import Array
from xpnet.layers import Affine
from xpnet.networks import Network
from xpnet.sklearn.sparse import stays_sparse

__all__ = ["Gradients"]


class Gradients:
    """Forward and backward of a network that stays where it is.

    Loss and gradients have the term ``alpha / 2 * sum(W**2)``, without the biases, divided by the
    number of rows or the sum of their weights.

    A step of a small network is short, so that looking up arrays would be a tenth of it: those of
    the affine layers are looked up once, and their products written out here.

    Parameters
    ----------
    net : Network
        Made by `make_network`.
    alpha : float
    """

    def __init__(self, net: Network, alpha: float) -> None:
        self._stack, self._backend, self._alpha = net.stack, net.backend, float(alpha)
        affine = [layer for layer in net if isinstance(layer, Affine)]
        self._affine = [(layer.W, layer.b, layer.grads["W"], layer.grads["b"]) for layer in affine]
        # behind each affine layer an activation; identity is no layer, nor is the last one's
        found = [layer for layer in net if not isinstance(layer, Affine)]
        self._activations = [*found, *[None] * (len(affine) - len(found))]

    def of_batch(self, x: Any, t: Array, weights: Array | None = None) -> Array:
        """Write the gradients of one batch into the network's; return the loss.

        Parameters
        ----------
        x : array, or sparse matrix on the host, shape (N, in)
        t : array
            As the loss of the network takes it.
        weights : array, shape (N,), optional

        Returns
        -------
        scalar or 0-d array
        """
        matmul, xp = self._backend.matmul, self._backend.xp
        sparse, last = stays_sparse(x, self._backend.name), self._stack.last_layer
        factor = self._alpha / (x.shape[0] if weights is None else weights.sum())
        inputs = []
        for (W, b, _, _), activation in zip(self._affine, self._activations, strict=True):
            inputs.append(x)
            x = matmul(x, W) if len(inputs) > 1 or not sparse else x @ W  # (N, out)
            x += b
            x = activation.forward(x) if activation else x
        loss: Array = last.forward(x, t, weights)
        dout = self._stack.loss_gradient()  # (N, out)
        for k in range(len(inputs) - 1, -1, -1):
            x, (W, _, dW, db), activation = inputs[k], self._affine[k], self._activations[k]
            dout = activation.backward(dout) if activation else dout
            if k or not sparse:
                matmul(x.T, dout, out=dW)  # (in, out)
            else:
                dW[...] = x.T @ dout
            xp.sum(dout, axis=0, out=db)  # (out,)
            dW += factor * W
            loss = loss + 0.5 * factor * xp.vdot(W, W)
            dout = matmul(dout, W.T) if k else dout  # (N, in)
        self._stack.release()
        return loss
