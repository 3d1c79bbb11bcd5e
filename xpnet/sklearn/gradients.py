"""Gradients of one batch, of the loss with its L2 term."""

from __future__ import annotations

from typing import Any, NamedTuple

from scipy.sparse import issparse

from xpnet.backends import Array
from xpnet.layers import Affine
from xpnet.networks import Network
from xpnet.sklearn.activations import activation_of

__all__ = ["Gradients"]


class Gradients:
    """Forward and backward of a network that stays where it is.

    Loss and gradients have the term ``alpha / 2 * sum(W**2)``, without the biases, divided by the
    number of rows or the sum of their weights.

    A step of a small network is short, so that making its arrays would be a third of it. They are
    made once for each number of rows, and the products of the affine layers written out here.

    Parameters
    ----------
    net : Network
        Made by `make_network`.
    alpha : float
    """

    def __init__(self, net: Network, alpha: float) -> None:
        self._last, self._backend, self._alpha = net.last_layer, net.backend, float(alpha)
        affine = [layer for layer in net if isinstance(layer, Affine)]
        self._params = [(layer.W, layer.b) for layer in affine]
        # the gradients of the biases as rows, (1, out)
        self._grads = [(layer.grads["W"], layer.grads["b"].reshape(1, -1)) for layer in affine]
        # the same behind each hidden layer, or the identity, which is no layer
        between = [layer for layer in net if not isinstance(layer, Affine)]
        self._activation = activation_of(between[0] if between else None)
        self._arrays: dict[int, _Arrays] = {}

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
        backend, activation, rows = self._backend, self._activation, x.shape[0]
        ones, outputs, douts = self._arrays.get(rows) or self._new_arrays(rows)
        factor = self._alpha / (rows if weights is None else weights.sum())
        inputs = [x]
        for (W, b), y in zip(self._params, outputs, strict=True):
            self._product(inputs[-1], W, y)  # (N, out)
            y += b
            if y is not outputs[-1]:
                inputs.append(activation.forward(backend, y))
        loss: Array = self._last.forward(outputs[-1], t, weights)
        dout = self._last.backward()  # (N, out)
        for k in range(len(inputs) - 1, -1, -1):
            W, (dW, db) = self._params[k][0], self._grads[k]
            self._product(inputs[k].T, dout, dW)  # (in, out)
            backend.matmul(ones, dout, out=db)  # the sum of the rows, (1, out)
            dW += factor * W
            loss = loss + 0.5 * factor * backend.xp.vdot(W, W)
            if k:
                dout = backend.matmul(dout, W.T, out=douts[k - 1])  # (N, in)
                dout = activation.backward(backend, dout, inputs[k])
        self._last.release()
        return loss

    def _product(self, a: Any, b: Array, out: Array) -> None:
        if issparse(a):
            out[...] = a @ b
        else:
            self._backend.matmul(a, b, out=out)

    def _new_arrays(self, rows: int) -> _Arrays:
        xp = self._backend.xp
        outputs = [xp.empty((rows, len(b)), b.dtype) for _, b in self._params]
        douts = [xp.empty_like(y) for y in outputs[:-1]]
        self._arrays[rows] = _Arrays(xp.ones((1, rows), outputs[0].dtype), outputs, douts)
        return self._arrays[rows]


class _Arrays(NamedTuple):
    """What a batch of so many rows is computed in.

    Attributes
    ----------
    ones : array, shape (1, N)
    outputs : list of array, shape (N, out)
        Of each affine layer, and, where it can be written over them, of the activation behind.
    douts : list of array, shape (N, out)
        The gradients of the outputs of hidden layers.
    """

    ones: Array
    outputs: list[Array]
    douts: list[Array]
