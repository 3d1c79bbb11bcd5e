"""Container: layers by name over one flat buffer of parameters; made, copied, moved and cast."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar

from xpnet.backends import Array, Backend, asarray, backend_of
from xpnet.errors import OptionError, ReadOnlyError, ShapeError
from xpnet.layers import Affine
from xpnet.networks.assembly import by_layer, check_layers, named, numbered, register_owner
from xpnet.networks.buffers import cast, check_backends, moved, named_buffers, take
from xpnet.networks.stack import Stack
from xpnet.parameters import Parameters, Scope

__all__ = ["Container"]

C = TypeVar("C", bound="Container")

SHOWN = 8
"""Names of layers in a repr, at most."""


class Container:
    """What a `Network` holds; see there for the parameters and attributes."""

    stack: Stack

    def __init__(
        self, layers: Sequence[Any] | Mapping[str, Any], last_layer: Any, *, dtype: Any = None
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
        check_backends(self.stack, self._params.flat, type(self).__name__)

    def _take(self, params: Parameters) -> None:
        """Make these the parameters, and show each layer its part of them."""
        if params.flat.dtype not in map(params.backend.dtype, ("float32", "float64")):
            raise OptionError(f"dtype={params.dtype}: expected 'float32' or 'float64'")
        self._params, self._grads = params, params.zeros_like()
        for position, own in by_layer(self._places).items():
            names = {name: key for key, name in own}
            self.stack.layers[position].bind(Scope(params, names), Scope(self._grads, names))
        take(cast(self.stack, params.dtype))
        register_owner(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        register_owner(self)

    def __repr__(self) -> str:
        names = [*self._layers, "loss"]
        shown = names if len(names) <= SHOWN else [*names[: SHOWN - 3], "...", *names[-2:]]
        return f"<{type(self).__name__} {' -> '.join(shown)}>"

    def __len__(self) -> int:
        return len(self._layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._layers.values())

    def __getitem__(self, name: str) -> Any:
        return self._layers[name]

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
        raise ReadOnlyError(_not_replaced("params"))

    @property
    def grads(self) -> Parameters:
        """Where `backprop` writes the gradients, in the layout of `params`."""
        return self._grads

    @grads.setter
    def grads(self, value: Any) -> None:
        raise ReadOnlyError(_not_replaced("grads"))

    @property
    def buffers(self) -> dict[str, Array]:
        """What layers keep from step to step beside the parameters, by layer and name there.

        Examples
        --------
        >>> net = Network([Affine(np.ones((3, 2)), np.zeros(2)), BatchNorm(2)], SoftmaxWithLoss())
        >>> list(net.buffers)
        ['BatchNorm1.running_mean', 'BatchNorm1.running_var']
        """
        return named_buffers(self.stack)

    @property
    def backend(self) -> Backend:
        """Where the network lives."""
        return self._params.backend

    @property
    def sizes(self) -> tuple[int, ...]:
        """The width of the input and of each `Affine`'s output; empty without one.

        Examples
        --------
        >>> TwoLayerNet(784, 50, 10).sizes
        (784, 50, 10)
        """
        shapes = [layer.W.shape for layer in self if isinstance(layer, Affine)]
        return (*(shapes[0][:1] if shapes else ()), *(shape[1] for shape in shapes))

    @property
    def is_regression(self) -> bool:
        """Whether the scores are numbers that come near to targets, and not scores of classes.

        The last layer says so, as `MeanSquaredError` does.
        """
        return bool(getattr(self._last_layer, "is_regression", False))

    @property
    def dtype(self) -> Any:
        """Of the parameters, and of all that is computed."""
        return self._params.dtype

    @property
    def places(self) -> dict[str, tuple[int, str]]:
        """For each parameter's name the position of its layer and the name it has there."""
        return dict(self._places)

    def to(self: C, backend: str) -> C:
        """Move parameters, gradients and buffers to another backend, in place.

        Returns the network.

        Raises
        ------
        BackendError
            The backend is unknown or cannot run here; nothing has moved.
        """
        grads, buffers = asarray(self._grads.flat, backend=backend), moved(self.stack, backend)
        self._params.to(backend)  # the last that can fail
        self._grads.attach(grads)
        take(buffers)
        self.stack.release()
        return self

    def astype(self: C, dtype: Any) -> C:
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

    def __copy__(self: C) -> C:
        """A layer belongs to one network, so a copy has layers of its own."""
        return copy.deepcopy(self)

    def check_inputs(self, x: Array, t: Array = 0) -> Backend:
        """The backend, once `x` and `t` are known to live there."""
        name = type(self).__name__
        backend = backend_of(x, t, self._params.flat, caller=name, names=("x", "t", "params"))
        if getattr(x, "ndim", 0) == 0:
            raise ShapeError(f"{name}: x is one number; expected rows (N, ...), or one row")
        return backend


def _not_replaced(name: str) -> str:
    return (
        f"net.{name} cannot be replaced, since the layers hold views of it: write "
        f"net.{name}.flat = buffer, or net.{name}.update(arrays by name)"
    )
