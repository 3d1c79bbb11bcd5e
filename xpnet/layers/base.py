"""Layer: the small contract that every layer follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from xpnet.backends import Array, backend_of
from xpnet.errors import NotForwardedError
from xpnet.layers.part import WHOLE, Part
from xpnet.parameters import FixedNames, FreshGradients, NamedArrays, Scope, place_of

__all__ = ["Buffer", "Gradient", "Held", "Layer", "Parameter"]

NONE = NamedArrays({})
"""What a layer without parameters has."""


class Held:
    """A mapping of a layer; in a network a part of the network's, into which assigning writes."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name, self.attribute = name, f"_{name}"

    def __get__(self, layer: Layer | None, owner: type) -> FixedNames:
        found: FixedNames = NONE if layer is None else getattr(layer, self.attribute)
        return found

    def __set__(self, layer: Layer, value: Any) -> None:
        held = getattr(layer, self.attribute)
        if isinstance(held, Scope):
            held.replace(value)
        else:
            setattr(layer, self.attribute, value)


class Layer:
    """Something with a `forward` and a `backward`.

    A layer of your own needs `forward(x)` and `backward(dout)`, and may inherit the rest.
    With parameters it calls `add_params` in its constructor, reads them from ``self.params`` and
    writes their gradients to ``self.grads``; `xpnet.gradient.check_layer` checks whether it
    keeps the contract.

    Attributes
    ----------
    params, grads : mapping of str to array
        The parameters and their gradients, under the same names.
    buffers : mapping of str to array
        What the layer keeps from step to step and no optimizer trains, such as running means:
        a network moves, casts, copies and saves it with the parameters. `forward` writes into
        these arrays, and into no others that it has not made.
    rowwise : bool
        Whether row i of the output comes from row i of the input alone. Set it only where
        that holds of `apply`: networks then predict in batches.
    training_rowwise : bool
        Whether that holds of `apply_training` too, by default as of `apply`: networks then take
        numerical gradients quickly. Not so where a batch's own mean is subtracted from its rows.
    capturable : bool
        Whether `forward` and `backward` ask the same of the device each time: no Python in them
        depends on what an array holds, or changes from call to call, since a captured step runs
        no Python. A subclass does not inherit it: its own code has to keep it.
    saved : tuple of str
        The attributes that `forward` saves for `backward`.
    is_regression : bool
        Of a loss: whether its targets are numbers to come near to, a shape like that of the scores,
        and not labels of classes. A network then has a `score`, and no accuracy.
    part : Part
        Which rows of a batch `forward` is given; by default all. Where several processes share a
        batch, or one takes it in parts, a trainer sets it: a layer that draws random numbers for
        each row, or counts batches, goes by it.
    """

    rowwise: bool = False
    capturable: bool = False
    saved: tuple[str, ...] = ()
    is_regression: bool = False
    part: Part = WHOLE
    params, grads = Held(), Held()
    buffers: FixedNames = NONE
    _params: FixedNames = NONE
    _grads: FixedNames = NONE

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.capturable = vars(cls).get("capturable", False)

    @property
    def training_rowwise(self) -> bool:
        """Whether row i of what `apply_training` gives comes from row i of the input alone."""
        return self.rowwise

    def add_params(self, **arrays: Array) -> None:
        """Take these arrays, not copied, as the parameters; in a network write them over those."""
        self.params = NamedArrays(arrays)
        if not isinstance(self.params, Scope):
            self.grads = FreshGradients(self.params)

    def add_buffers(self, **arrays: Array) -> None:
        """Take these arrays, not copied, as the buffers: in the constructor, as `add_params`."""
        self.buffers = NamedArrays(arrays)

    def options(self) -> dict[str, Any]:
        """What the constructor is given beside the parameters, as JSON values, for a file."""
        return {}

    @classmethod
    def from_params(cls, params: Mapping[str, Array], options: Mapping[str, Any]) -> Any:
        """The layer of these parameters and `options`: by default its constructor takes both."""
        return cls(**params, **options)

    def __repr__(self) -> str:
        shapes = (f"{name}={tuple(array.shape)}" for name, array in self.params.items())
        return f"{type(self).__name__}({', '.join(shapes)})"

    def bind(self, params: Scope, grads: Scope) -> None:
        """Replace parameters and gradients by a network's, of which these are the layer's part."""
        for name, scope in (("params", params), ("grads", grads)):
            inherited = getattr(type(self), name) is NONE  # a subclass may define its own
            setattr(self, f"_{name}" if inherited else name, scope)

    def forward(self, *inputs: Any, **options: Any) -> Array:
        """Compute the output of an input (a loss: of scores and labels), for `backward` to come."""
        raise NotImplementedError(f"{type(self).__name__} must define forward")

    def backward(self, dout: Array) -> Array:
        """From the gradient of the output, the gradient of the input; sets ``self.grads``."""
        raise NotImplementedError(f"{type(self).__name__} must define backward")

    def apply(self, *inputs: Any, **options: Any) -> Array:
        """The output in inference: keeps nothing. By default `forward`, which does."""
        return self.forward(*inputs, **options)

    def apply_training(self, *inputs: Any, **options: Any) -> Array:
        """The output in training, as of `forward`: keeps nothing. By default `apply`.

        A layer whose inference differs from its training defines both. Numerical gradients and
        gradient checks are of this function, so it must not change from call to call: where
        `forward` draws random numbers, these are the numbers of the last `forward`.
        """
        return self.apply(*inputs, **options)

    def backward_params(self, dout: Array) -> None:
        """Set ``self.grads`` only, where the gradient of the input is not needed."""
        self.backward(dout)

    def release(self) -> None:
        """Forget what `forward` saved."""
        for name in self.saved:
            setattr(self, name, None)

    def get_saved(self, name: str) -> Any:
        """What `forward` saved under `name`, for `backward`.

        Raises
        ------
        NotForwardedError
            Nothing is kept.
        """
        value = getattr(self, name)
        if value is None:
            raise NotForwardedError(
                f"{type(self).__name__}.backward before forward: call forward first (a network "
                "forgets what its layers saved when its gradient is done)"
            )
        return value

    def affected_rows(self, name: str, x: Array) -> Array | None:
        """Which rows of the output in training the entries of a parameter move.

        The others stay as they are, to the bit.

        Parameters
        ----------
        name : str
            Of the parameter.
        x : array, shape (N, ...)
            The input.

        Returns
        -------
        array of bool, shape (slices, N), or None
            A row for each slice of the parameter along its first axis. None is every row.
        """
        return None

    def perturbed(self, name: str, index: Sequence[int], h: float, x: Array, y: Array) -> Array:
        """The outputs in training when one entry of a parameter is moved, for many entries.

        Parameters
        ----------
        name : str
            Of the parameter.
        index : sequence of int, length K
            The entries to move, counted in row-major order, one at a time.
        h : float
            By how much.
        x : array
            The input.
        y : array, shape (N, ...)
            ``apply_training(x)``.

        Returns
        -------
        array, shape (K, N, ...)
        """
        xp = backend_of(y).xp
        param = self.params[name]
        out = xp.empty((len(index), *y.shape), dtype=y.dtype)
        for k, entry in enumerate(index):
            place = place_of(entry, param.shape)
            saved = param[place].item()  # exact in every dtype
            try:
                param[place] = saved + h
                out[k] = self.apply_training(x)
            finally:
                param[place] = saved
        return out


class Parameter:
    """``layer.W``: the entry of ``layer.params`` under this name; assigning writes into it."""

    mapping: ClassVar[str] = "_params"

    def __set_name__(self, owner: type, attribute: str) -> None:
        self.name = attribute.removeprefix("d") if self.mapping == "_grads" else attribute

    def __get__(self, layer: Layer | None, owner: type) -> Any:
        return self if layer is None else getattr(layer, self.mapping)[self.name]

    def __set__(self, layer: Layer, value: Array) -> None:
        getattr(layer, self.mapping)[self.name] = value


class Gradient(Parameter):
    """``layer.dW``: the entry of ``layer.grads`` for the parameter ``W``."""

    mapping = "_grads"


class Buffer(Parameter):
    """``layer.running_mean``: the entry of ``layer.buffers`` under this name."""

    mapping = "buffers"
