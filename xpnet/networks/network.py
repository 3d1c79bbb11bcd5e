"""Network: named layers, a loss layer, and one flat buffer for all parameters."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.errors import OptionError, ShapeError
from xpnet.networks import inference
from xpnet.networks.assembly import by_layer, check_layers, named, numbered, register_owner
from xpnet.networks.numerical import numerical_gradient
from xpnet.networks.out_of_memory import explains_memory_errors
from xpnet.networks.stack import Stack
from xpnet.networks.summary import summary
from xpnet.parameters import Parameters, Scope

__all__ = ["Network"]


class Network:
    """Layers in a row and a loss layer behind them (chapter 5.7.2).

    Parameters
    ----------
    layers : sequence of layers, or mapping of names to layers
        Without names they are called by type and running number: Affine1, Relu1, Affine2, ...
        Their parameters are copied into one buffer, of which they then hold views.
    last_layer : layer
        ``forward(x, t)`` gives the loss, ``backward()`` the gradient of the scores.
    dtype : dtype or its name, optional
        Of all parameters, and of the input, which is cast once at the door; by default that of
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
    """

    def __init__(
        self, layers: Sequence[Any] | Mapping[str, Any], last_layer: Any, dtype: Any = None
    ) -> None:
        self._layers, self._last_layer = named(layers), last_layer
        check_layers(self._layers, last_layer)
        self.stack = Stack(self._layers, last_layer)
        stack = self.stack.layers
        places = [(k, name) for k, layer in enumerate(stack) for name in layer.params]
        keys = numbered(name for _, name in places)
        self._places: dict[str, tuple[int, str]] = dict(zip(keys, places, strict=True))
        arrays = {key: stack[k].params[name] for key, (k, name) in self._places.items()}
        self._take(Parameters(arrays, dtype))

    def _take(self, params: Parameters) -> None:
        """Make these the parameters, and show each layer its part of them."""
        if params.flat.dtype not in map(params.backend.dtype, ("float32", "float64")):
            raise OptionError(f"dtype={params.dtype}: wanted 'float32' or 'float64'")
        self._params, self._grads = params, params.zeros_like()
        for position, own in by_layer(self._places).items():
            names = {name: key for key, name in own}
            self.stack.layers[position].bind(Scope(params, names), Scope(self._grads, names))
        register_owner(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        register_owner(self)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' -> '.join([*self._layers, 'loss'])}>"

    @property
    def layers(self) -> Mapping[str, Any]:
        """The layers by name, in order; to be looked at, not replaced: make another network."""
        return MappingProxyType(self._layers)

    @property
    def last_layer(self) -> Any:
        """The loss; it is not to be replaced either."""
        return self._last_layer

    @property
    def params(self) -> Parameters:
        """All parameters; assigning to an entry writes into it."""
        return self._params

    @params.setter
    def params(self, value: Any) -> None:
        raise AttributeError(_not_replaced("params"))

    @property
    def grads(self) -> Parameters:
        """Where `backprop` writes the gradients, in the layout of `params`."""
        return self._grads

    @grads.setter
    def grads(self, value: Any) -> None:
        raise AttributeError(_not_replaced("grads"))

    @property
    def backend(self) -> Backend:
        """Where the network lives."""
        return self._params.backend

    @property
    def dtype(self) -> Any:
        """Of the parameters, and of all that is computed."""
        return self._params.dtype

    # --- the way forward -----------------------------------------------------------------

    @explains_memory_errors
    def predict(self, x: Array, batch_size: int | None = None, scale: float | None = None) -> Array:
        """The scores of each row: all layers but the last. Keeps nothing; safe in threads.

        Parameters
        ----------
        x : array, shape (N, ...), or one row as the first layer takes it
            Real numbers, cast to the network's dtype; uint8 means 0 to 255.
        batch_size : int, optional
            Rows taken at once (1024), so that activations stay small. With a layer that is not
            `rowwise` all rows are one batch.
        scale : float, optional
            Multiplies each batch after the cast: 1/255 for pixels.

        Returns
        -------
        array, shape (N, out)

        Raises
        ------
        ShapeError, MixedBackendError, TypeError, OutOfMemoryError
        """
        return inference.predict(self, x, batch_size, scale)

    @explains_memory_errors
    def accuracy(
        self, x: Array, t: Array, batch_size: int | None = None, scale: float | None = None
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
        LabelError, MixedBackendError, TypeError
            The labels are what the loss refuses; those out of range are refused on every backend.
        OutOfMemoryError
        """
        return inference.accuracy(self, x, t, batch_size, scale)

    @explains_memory_errors
    def loss(self, x: Array, t: Array) -> Array:
        """The loss of one batch. The layers keep what their backward needs, as the chapter's do.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C)

        Returns
        -------
        scalar or 0-d array of the backend

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, TypeError, OutOfMemoryError
        """
        try:
            x = self.check_inputs(x, t).cast(x, self.dtype)
            scores = self.stack.forward(x)
            return self.stack.last_layer.forward(scores, t)
        except MemoryError:  # no backward can come of it, and the memory is wanted
            self.stack.release()
            raise

    # --- the way back ----------------------------------------------------------------------

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
        if first < len(stack.layers):  # nobody needs the gradient of its input
            stack.layers[first].backward_params(dout)

    @explains_memory_errors
    def gradient(self, x: Array, t: Array) -> Parameters:
        """The gradient of the loss by backpropagation: a new mapping at each call.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C)

        Returns
        -------
        Parameters, in the layout of `params`

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, TypeError, OutOfMemoryError

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
        self, x: Array, t: Array, h: float | None = None, method: str = "local"
    ) -> Parameters:
        """The gradient of the loss by central differences of every parameter.

        Parameters
        ----------
        x : array, shape (N, ...)
        t : array, integers (N,) or rows (N, C)
        h : float, optional
            The step: 1e-4 in float64, 0.005 in float32, which is too coarse to check anything.
        method : "local" or "loop"
            The chapter's plain loop computes the loss from the start for each parameter;
            "local" computes only what a parameter changes, many at once. They agree up to
            rounding. Layers that are not `rowwise` make "local" fall back to the loop for the
            parameters before them.

        Returns
        -------
        Parameters, in the layout of `params`

        Raises
        ------
        ShapeError, LabelError, MixedBackendError, TypeError, OptionError, OutOfMemoryError
        """
        return numerical_gradient(self, x, t, h, method)

    @property
    def places(self) -> dict[str, tuple[int, str]]:
        """For each parameter's name the position of its layer and the name it has there."""
        return dict(self._places)

    # --- moving and looking ------------------------------------------------------------------

    def to(self, backend: str) -> Network:
        """Move parameters and gradients to another backend, in place; returns the network.

        Raises
        ------
        BackendError
            The backend is unknown or cannot run here; nothing has moved.
        """
        moved = asarray(self._grads.flat, backend=backend)
        self._params.to(backend)  # the last that can fail
        self._grads.attach(moved)
        self.stack.release()
        return self

    def astype(self, dtype: Any) -> Network:
        """A copy of the network in another dtype; this one stays as it is.

        Examples
        --------
        >>> TwoLayerNet(4, 3, 2, seed=0).astype("float64").params["W1"].dtype
        dtype('float64')
        """
        params = self._params.astype(dtype)
        made = copy.deepcopy(self)
        made._take(params)
        made.stack.release()
        return made

    def __copy__(self) -> Network:
        """A layer has one home, so a copy has layers of its own."""
        return copy.deepcopy(self)

    def summary(self) -> str:
        """The layers with their parameters, as a table to print."""
        return summary(self)

    # --- at the door -------------------------------------------------------------------------

    def check_inputs(self, x: Array, t: Array = 0) -> Backend:
        """The backend, once `x` and `t` are known to live there."""
        name = type(self).__name__
        backend = backend_of(x, t, self._params.flat, caller=name, names=("x", "t", "params"))
        if getattr(x, "ndim", 0) == 0:
            raise ShapeError(f"{name}: x is one number; wanted rows (N, ...), or one row")
        return backend


def _not_replaced(name: str) -> str:
    return (
        f"net.{name} cannot be replaced, since the layers hold views of it: write "
        f"net.{name}.flat = buffer, or net.{name}.update(arrays by name)"
    )
