"""Network: scores, loss and gradients of layers in a row with a loss layer behind them."""

from __future__ import annotations

from xpnet.backends import Array
from xpnet.networks import inference
from xpnet.networks.numerical import numerical_gradient
from xpnet.networks.out_of_memory import explains_memory_errors
from xpnet.networks.score import evaluate, score
from xpnet.networks.stored_network import StoredNetwork
from xpnet.networks.summary import summary, summary_html
from xpnet.parameters import Parameters

__all__ = ["Network"]


class Network(StoredNetwork):
    """Layers in a row and a loss layer behind them (chapter 5.7.2).

    ``net["Affine1"]`` is a layer, ``len(net)`` how many there are, and a loop goes over them.

    Parameters
    ----------
    layers : sequence of layers, or mapping of names to layers
        Without names they are called by type and running number: Affine1, Relu1, Affine2, ...
        Their parameters are copied into one buffer, of which they then hold views.
    last_layer : layer
        ``forward(x, t)`` gives the loss, ``backward()`` the gradient of the scores.
    dtype : dtype or its name, optional
        Of all parameters, and of the input, which is cast once; by default that of
        the first parameter.

    Attributes
    ----------
    layers : mapping of str to layer
    last_layer : layer
        Both as they were given.
    stack : Stack
        The same layers as a network runs them: complete ones, in order.
    params, grads : Parameters
        Keys are the layers' own names with a running number: W1, b1, W2, b2, ...
    buffers : dict of str to array
        What layers keep from step to step beside them, such as running means.

    Raises
    ------
    NetworkError
        No layers; a layer twice, or in another network; an object that is no layer.

    Examples
    --------
    >>> net = Network([Affine(np.eye(2), np.zeros(2)), Relu()], SoftmaxWithLoss())
    >>> net.predict(np.array([[3.0, -4.0]]))
    array([[3., 0.]])
    >>> list(net.params)
    ['W1', 'b1']
    >>> len(net), net["Relu1"]
    (2, Relu())
    """

    @explains_memory_errors
    def predict(
        self, x: Array, *, batch_size: int | None = None, scale: float | None = None
    ) -> Array:
        """The scores of each row: all layers but the last. Keeps nothing; safe in threads.

        Parameters
        ----------
        x : array, shape (N, ...), or one row as the first layer takes it
            Real numbers, cast to the network's dtype; uint8 means 0 to 255.
        batch_size : int, optional
            Rows taken at once, so that activations stay small. By default 1024; on a GPU, where a
            batch costs its launches, as many as take half of the free memory, and half as many
            again where it runs out all the same; 1024 with a layer of one's own. With a layer that
            is not `rowwise` all rows are one batch.
        scale : float, optional
            Multiplies each batch after the cast: 1/255 for pixels.

        Returns
        -------
        array, shape (N, out)

        Raises
        ------
        ShapeError, MixedBackendError, ArgumentTypeError, OutOfMemoryError
        """
        return inference.predict(self, x, batch_size, scale)

    @explains_memory_errors
    def predict_proba(
        self, x: Array, *, batch_size: int | None = None, scale: float | None = None
    ) -> Array:
        """The probability of each class, for each row: the softmax of `predict`.

        Parameters
        ----------
        x, batch_size, scale : as for `predict`

        Returns
        -------
        array, shape (N, C), or (C,) for one row; each row sums to 1

        Raises
        ------
        NetworkError
            The last layer is no `SoftmaxWithLoss`, so that scores are no logits.
        ShapeError, MixedBackendError, ArgumentTypeError, OptionError, OutOfMemoryError

        Examples
        --------
        >>> net = TwoLayerNet(784, 50, 10, seed=0)
        >>> net.predict_proba(np.zeros((3, 784))).round(2)[0, :4]
        array([0.1, 0.1, 0.1, 0.1], dtype=float32)
        """
        return inference.predict_proba(self, x, batch_size, scale)

    @explains_memory_errors
    def accuracy(
        self, x: Array, t: Array, *, batch_size: int | None = None, scale: float | None = None
    ) -> float:
        """The share of rows whose largest score is at their label.

        A row with a NaN among its scores is not right, nor is one whose row of labels is all zeros.

        Parameters
        ----------
        x, batch_size, scale : as for `predict`
        t : array, integers (N,) or rows (N, C)
            The label of a row (C,) is its largest entry.

        Returns
        -------
        float, 0 to 1

        Raises
        ------
        ShapeError
            No rows, or labels that do not fit them.
        LabelError, MixedBackendError, ArgumentTypeError
            The labels are what the loss refuses; those out of range are refused on every backend.
        NetworkError
            The network does regression, so that there are no classes: use `score`.
        OutOfMemoryError
        """
        return inference.accuracy(self, x, t, batch_size, scale)

    @explains_memory_errors
    def score(
        self, x: Array, t: Array, *, batch_size: int | None = None, scale: float | None = None
    ) -> float:
        """How good the network is: R^2 where it does regression, else `accuracy`.

        R^2, the coefficient of determination, is ``1 - sum((y - t)**2) / sum((t - mean(t))**2)``
        for each output, and their mean: 1 where all predictions are right, 0 where they are as
        good as the mean of the targets, below 0 where they are worse. Where all targets are the
        same, or there is one row, it is 1 if all predictions are right, else 0.

        Parameters
        ----------
        x, batch_size, scale : as for `predict`
        t : array, shape (N, outputs), or (N,) for one output
            Of a network that does not do regression: labels, as for `accuracy`.

        Returns
        -------
        float, at most 1

        Raises
        ------
        ShapeError
            No rows, or targets that do not fit them.
        MixedBackendError, ArgumentTypeError, OptionError, OutOfMemoryError
            Of a network that does not do regression also what `accuracy` raises.

        Examples
        --------
        >>> net = Network([Affine(np.array([[2.0]]), np.zeros(1))], MeanSquaredError())
        >>> x = np.array([[1.0], [2.0], [3.0]])
        >>> net.score(x, np.array([2.0, 4.0, 6.0])), net.score(x, np.array([2.0, 4.0, 7.0]))
        (1.0, 0.921...)
        """
        return score(self, x, t, batch_size, scale)

    @explains_memory_errors
    def evaluate(
        self, x: Array, t: Array, *, batch_size: int | None = None, scale: float | None = None
    ) -> inference.Evaluation:
        """Mean loss and score of many rows: as `score`, in one way through the layers.

        Parameters
        ----------
        x, batch_size, scale : as for `predict`
        t : array, integers (N,) or rows (N, C)

        Returns
        -------
        Evaluation
            A named tuple of floats: `loss`, `accuracy` (None of a regression) and `score`. The
            loss is the mean of those of the batches, each by its number of rows.

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, ArgumentTypeError, OptionError, OutOfMemoryError
            As for `score`.

        Examples
        --------
        >>> net = TwoLayerNet(4, 3, 2, weight_init_std=0.0)
        >>> net.evaluate(np.ones((5, 4)), np.array([0, 0, 0, 1, 1])).accuracy
        0.6
        """
        return evaluate(self, x, t, batch_size, scale)

    @explains_memory_errors
    def loss(self, x: Array, t: Array) -> Array:
        """The loss of one batch. The layers keep what their backward needs, as the chapter's do.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C); of a regression, targets of the scores' shape

        Returns
        -------
        scalar or 0-d array of the backend

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, ArgumentTypeError, OutOfMemoryError
        """
        try:
            x = self.check_inputs(x, t).cast(x, self.dtype)
            scores = self.stack.forward(x)
            return self.stack.last_layer.forward(scores, t)
        except MemoryError:  # no backward can come of it, and the memory is needed
            self.stack.release()
            raise

    @explains_memory_errors
    def backprop(self, x: Array, t: Array) -> Array:
        """Forward and backward of one batch: the gradients are in `grads`, overwritten.

        The layers forget what they kept. Parameters and returned loss are as for `loss`. After
        `OutOfMemoryError` the gradients are zero, so that they never are of two batches.
        """
        try:
            loss = self.loss(x, t)
            self._backward()
        except MemoryError:
            self._grads.flat[...] = 0
            raise
        finally:
            self.stack.release()
        return loss

    def _backward(self) -> None:
        stack, first = self.stack, self.stack.first_owner
        dout = stack.backward(stack.loss_gradient(), start=first + 1)
        if first < len(stack.layers):  # the gradient of its input is not needed
            stack.layers[first].backward_params(dout)

    @explains_memory_errors
    def gradient(self, x: Array, t: Array) -> Parameters:
        """The gradient of the loss by backpropagation: a new mapping at each call.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C); of a regression, targets of the scores' shape

        Returns
        -------
        Parameters, in the layout of `params`

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, ArgumentTypeError, OutOfMemoryError

        Examples
        --------
        >>> net = TwoLayerNet(4, 3, 2, seed=0)
        >>> grads = net.gradient(np.ones((5, 4)), np.zeros(5, dtype=int))
        >>> SGD(lr=0.1).update(net.params, grads)
        """
        self.backprop(x, t)
        return self._grads.copy()

    @explains_memory_errors
    def numerical_gradient(
        self, x: Array, t: Array, *, h: float | None = None, method: str = "local"
    ) -> Parameters:
        """The gradient of the loss by central differences of every parameter.

        It is the loss in training, of each layer's `apply_training`.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C); of a regression, targets of the scores' shape
        h : float, optional
            The step: 1e-4 in float64, 0.005 in float32, which is too coarse to check anything.
        method : "local" or "loop"
            The chapter's plain loop computes the loss from the start for each parameter;
            "local" computes only what a parameter changes, many at once. They agree up to
            rounding. Layers that are not `training_rowwise` make "local" fall back to the loop for
            the parameters before them.

        Returns
        -------
        Parameters, in the layout of `params`

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, ArgumentTypeError, OptionError, OutOfMemoryError
        """
        return numerical_gradient(self, x, t, h, method)

    def summary(self) -> str:
        """The layers with their parameters, as a table to print."""
        return summary(self)

    def _repr_html_(self) -> str:
        return summary_html(self)
