"""Network: named layers, a loss layer, and one flat buffer for all parameters."""

from __future__ import annotations

import copy
import math
import weakref
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import count
from numbers import Integral
from typing import Any

from xpnet.backends import Array, Backend, backend_of
from xpnet.errors import NetworkError, OptionError, ShapeError
from xpnet.gradient.local import NearbyLosses, numerical_gradients
from xpnet.gradient.numerical import checked_step
from xpnet.layers import part
from xpnet.networks.summary import summary
from xpnet.parameters import Parameters, Scope

__all__ = ["Network"]

BATCH_ROWS = 1024
"""Rows that `predict` and `accuracy` take at once: enough to fill a device, few to keep."""

_homes: weakref.WeakValueDictionary[int, Network] = weakref.WeakValueDictionary()
"""The network each layer belongs to, for as long as that network lives: it keeps the layer alive,
and so the `id` that stands for it. Layers that cannot be hashed, or are equal, are told apart."""


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
    layers : dict of str to layer
    last_layer : layer
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
        self.layers: dict[str, Any] = _named(layers)
        self.last_layer = last_layer
        self._check_layers()
        self._places: dict[str, tuple[int, str]] = {}
        for position, layer in enumerate(self.layers.values()):
            for name in part(layer, "params"):
                self._places[_numbered(name, self._places)] = position, name
        stack = list(self.layers.values())
        arrays = {key: stack[k].params[name] for key, (k, name) in self._places.items()}
        self._first_owner = min((k for k, _ in self._places.values()), default=len(stack))
        self._take(Parameters(arrays, dtype))

    def _check_layers(self) -> None:
        everyone = [*self.layers.values(), self.last_layer]
        if len(everyone) == 1:
            raise NetworkError("a network needs at least one layer before its last layer")
        for name, layer in zip([*self.layers, "last_layer"], everyone, strict=True):
            # a class has both names as well, and would fail at its first call
            if isinstance(layer, type) or not (
                hasattr(layer, "forward") and hasattr(layer, "backward")
            ):
                raise NetworkError(
                    f"{name} is {layer!r}: wanted an object with forward and backward, such as "
                    "xpnet.layers.Relu(), or one that follows xpnet.layers.Layer"
                )
            twice, home = sum(layer is other for other in everyone) > 1, _homes.get(id(layer))
            if twice or (home is not None and home._holds(layer)):
                where = "twice in this network" if twice else "in another network"
                raise NetworkError(
                    f"the layer {name} ({type(layer).__name__}) is {where}: it could not keep "
                    "what two backwards need; make a new layer for each place"
                )

    def _holds(self, layer: Any) -> bool:
        return any(layer is other for other in (*self.layers.values(), self.last_layer))

    def _take(self, params: Parameters) -> None:
        """Make these the parameters, and show each layer its part of them."""
        if not params.backend.is_floating(params.flat):
            raise OptionError(f"dtype={params.dtype}: wanted 'float32' or 'float64', which learn")
        self._params, self._grads = params, params.zeros_like()
        for position, layer in enumerate(self.layers.values()):
            names = {name: key for key, (k, name) in self._places.items() if k == position}
            if names:
                layer.params, layer.grads = Scope(params, names), Scope(self._grads, names)
        self._settle()

    def _settle(self) -> None:
        """Remember that the layers live here."""
        for layer in (*self.layers.values(), self.last_layer):
            _homes[id(layer)] = self

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._settle()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {' -> '.join([*self.layers, 'loss'])}>"

    @property
    def params(self) -> Parameters:
        """All parameters; assigning to an entry writes into it."""
        return self._params

    @property
    def grads(self) -> Parameters:
        """Where `backprop` writes the gradients, in the layout of `params`."""
        return self._grads

    @property
    def backend(self) -> Backend:
        """Where the network lives."""
        return self._params.backend

    @property
    def dtype(self) -> Any:
        """Of the parameters, and of all that is computed."""
        return self._params.dtype

    # --- the way forward -----------------------------------------------------------------

    def predict(self, x: Array, batch_size: int | None = None, scale: float | None = None) -> Array:
        """The scores of each row: all layers but the last. Keeps nothing; safe in threads.

        Parameters
        ----------
        x : array, shape (N, ...), or one row as the first layer takes it
            Cast to the network's dtype; uint8 means 0 to 255.
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
        ShapeError, MixedBackendError
        """
        backend, scale = self._door(x), _factor(scale)
        if x.shape[0] <= self._rows_at_once(x, batch_size) or x.ndim == 1:
            return self._scores(backend.cast(x, self.dtype, scale))
        out: Array = None
        for rows in self._batches(x, batch_size):
            scores = self._scores(backend.cast(x[rows], self.dtype, scale))
            if out is None:
                out = backend.xp.empty((x.shape[0], *scores.shape[1:]), dtype=scores.dtype)
            out[rows] = scores
        return out

    def accuracy(
        self, x: Array, t: Array, batch_size: int | None = None, scale: float | None = None
    ) -> float:
        """The share of rows whose largest score is at their label.

        Parameters
        ----------
        x, batch_size, scale : as for `predict`
        t : array, integers (N,) or rows (N, C)

        Returns
        -------
        float, 0 to 1

        Raises
        ------
        ShapeError
            No rows, or labels that do not fit them.
        """
        backend, scale = self._door(x, t), _factor(scale)
        t = backend.asarray(t)
        if x.ndim == 1:
            x, t = x.reshape(1, -1), t.reshape(1, -1)
            t = t.reshape(1) if t.shape[1] == 1 else t
        if x.shape[0] == 0 or t.ndim == 0 or x.shape[0] != t.shape[0]:
            raise ShapeError(
                f"accuracy: x is {tuple(x.shape)}, t is {tuple(t.shape)}; wanted as many labels as "
                "rows, and at least one"
            )
        counts = []
        for rows in self._batches(x, batch_size):
            scores = self._scores(backend.cast(x[rows], self.dtype, scale))
            if t.ndim > 1 and t.shape[1:] != scores.shape[1:]:
                raise ShapeError(
                    f"accuracy: t is {tuple(t.shape)}; wanted integer labels ({t.shape[0]},) or "
                    f"rows {(t.shape[0], *scores.shape[1:])}"
                )
            counts.append(backend.count_correct(scores, t[rows]))
        return sum(backend.floats(counts)) / int(x.shape[0])

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
        ShapeError, LabelError, MixedBackendError
        """
        x = self._door(x, t).cast(x, self.dtype)
        for layer in self.layers.values():
            x = layer.forward(x)
        return self.last_layer.forward(x, t)

    # --- the way back ----------------------------------------------------------------------

    def backprop(self, x: Array, t: Array) -> Array:
        """Forward and backward of one batch: the gradients are in `grads`, overwritten.

        The layers forget what they kept. Parameters and returned loss are as for `loss`.
        """
        try:
            loss = self.loss(x, t)
            self._backward()
        finally:
            for layer in (*self.layers.values(), self.last_layer):
                part(layer, "release")()
        return loss

    def _backward(self) -> None:
        stack = list(self.layers.values())[self._first_owner :]
        dout = self.last_layer.backward()
        for layer in reversed(stack[1:]):
            dout = layer.backward(dout)
        for layer in stack[:1]:  # nobody needs the gradient of its input
            part(layer, "backward_params")(dout)

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
        ShapeError, LabelError, MixedBackendError

        Examples
        --------
        >>> net = TwoLayerNet(4, 3, 2, seed=0)
        >>> grads = net.gradient(np.ones((5, 4)), np.zeros(5, dtype=int))
        >>> SGD(lr=0.1).update(net.params, grads)
        """
        self.backprop(x, t)
        return self._grads.copy()

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
        ShapeError, LabelError, MixedBackendError, OptionError
        """
        if method not in ("local", "loop"):
            raise OptionError(f"method={method!r}: wanted 'local' or 'loop'")
        losses = self.nearby_losses(x, t, local=method == "local")
        grads = self._params.zeros_like()
        slopes = numerical_gradients(losses, self._places, checked_step(h, self._params.flat))
        for name, slope in slopes.items():
            grads[name] = slope.reshape(self._params.shapes[name])
        return grads

    def nearby_losses(self, x: Array, t: Array, local: bool = True) -> NearbyLosses:
        """The losses of this batch with single parameters moved, for numerical gradients."""
        backend = self._door(x, t)
        x, t = backend.cast(x, self.dtype), backend.asarray(t)
        nearby = NearbyLosses(list(self.layers.values()), self.last_layer, x, t, local)
        nearby.loss()  # labels that do not fit are told here: many batches at once would hide it
        return nearby

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
        self._params.to(backend)
        self._grads.to(backend)
        for layer in (*self.layers.values(), self.last_layer):
            part(layer, "release")()
        return self

    def astype(self, dtype: Any) -> Network:
        """A copy of the network in another dtype; this one stays as it is.

        Examples
        --------
        >>> TwoLayerNet(4, 3, 2, seed=0).astype("float64").params["W1"].dtype
        dtype('float64')
        """
        made = copy.deepcopy(self)
        made._take(self._params.astype(dtype))
        return made

    def summary(self) -> str:
        """The layers with their parameters, as a table to print."""
        return summary(self)

    # --- at the door -------------------------------------------------------------------------

    def _door(self, x: Array, t: Array = 0) -> Backend:
        """The backend, once `x` and `t` are known to live there."""
        name = type(self).__name__
        backend = backend_of(x, t, self._params.flat, caller=name, names=("x", "t", "params"))
        if getattr(x, "ndim", 0) == 0:
            raise ShapeError(f"{name}: x is one number; wanted rows (N, ...), or one row")
        return backend

    def _scores(self, x: Array) -> Array:
        for layer in self.layers.values():
            x = part(layer, "apply")(x)
        return x

    def _rows_at_once(self, x: Array, batch_size: int | None) -> int:
        whole = isinstance(batch_size, Integral) and not isinstance(batch_size, bool)
        if batch_size is not None and not (whole and batch_size >= 1):
            raise OptionError(f"batch_size={batch_size!r}: wanted a whole number from 1 on")
        if not all(part(layer, "rowwise") for layer in self.layers.values()):
            return max(1, int(x.shape[0]))
        return batch_size or BATCH_ROWS

    def _batches(self, x: Array, batch_size: int | None) -> Iterator[slice]:
        step = self._rows_at_once(x, batch_size)
        return (slice(start, start + step) for start in range(0, x.shape[0], step))


def _named(layers: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """The layers by name; without names, by type and running number."""
    if isinstance(layers, Mapping):
        return dict(layers)
    named: dict[str, Any] = {}
    for layer in layers:
        named[_numbered(type(layer).__name__, named)] = layer
    return named


def _numbered(name: str, taken: Container[str]) -> str:
    """`name` with the first number, from 1 on, that is not taken."""
    return next(key for number in count(1) if (key := f"{name}{number}") not in taken)


def _factor(scale: Any) -> float | None:
    """`scale` as a Python float: a NumPy one would turn float32 into float64."""
    try:
        factor = None if scale is None else float(scale)
    except (TypeError, ValueError):
        factor = math.nan
    if factor is not None and not math.isfinite(factor):
        raise OptionError(f"scale={scale!r}: wanted a finite number, such as 1/255")
    return factor
