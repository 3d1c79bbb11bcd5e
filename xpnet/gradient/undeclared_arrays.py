"""Arrays that a layer holds outside its parameters and its `saved` attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MemberDescriptorType
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.layers import Layer
from xpnet.layers.adapted import as_layer, original

__all__ = ["float_arrays", "undeclared_arrays"]


def float_arrays(layer: Any) -> dict[str, list[Any]]:
    """The floating arrays in each attribute of a layer, and in lists, mappings and layers there."""
    found = {name: list(_arrays(value)) for name, value in _attributes(original(layer)).items()}
    return {name: arrays for name, arrays in found.items() if arrays}


def undeclared_arrays(
    layer: Layer, inputs: Sequence[Array], dout: Any
) -> tuple[list[str], list[str]]:
    """Problems and notes on arrays that a network would not know of.

    Parameters
    ----------
    layer : layer
        After a forward and a backward.
    inputs : sequence of arrays
    dout : number or array of the output's shape

    Returns
    -------
    list of str, list of str
        Problems, and notes.

    Notes
    -----
    An array that is the same object after another pass is a parameter or data that no network
    trains, moves or saves. An array that each pass makes anew is one that `forward` saves: a
    network cannot release it after the step. For a plain class, as the chapter writes them, the
    second is a note.
    """
    before = float_arrays(layer)
    xp = backend_of(*inputs).xp
    # copies: an input that the layer saves is then another object than in the pass before
    layer.forward(*[xp.array(array, copy=True) for array in inputs])
    layer.backward(xp.array(dout, copy=True) if getattr(dout, "ndim", 0) else dout)
    problems: list[str] = []
    notes: list[str] = []
    owned = [*layer.params.values(), *layer.grads.values(), *layer.buffers.values()]
    for name, arrays in float_arrays(layer).items():
        if name in layer.saved or all(_among(array, owned) for array in arrays):
            continue
        if any(_among(array, before.get(name, ())) for array in arrays):
            problems.append(
                f"{name} is or holds a float array that is no parameter: a network neither trains, "
                f"moves nor saves it; to make it a parameter, write self.add_params({name}=...), "
                "or self.add_buffers for what is moved and saved alone"
            )
        else:
            (problems if isinstance(original(layer), Layer) else notes).append(
                f"{name} is or holds a float array of each pass that `saved` does not list: a "
                f"network cannot release it after a step; write saved = ({name!r},)"
            )
    return problems, notes


def _attributes(layer: Any) -> dict[str, Any]:
    """The attributes of a layer and of its classes, slots included; properties are not computed."""
    found: dict[str, Any] = {}
    for kind in reversed(type(layer).__mro__):
        found |= vars(kind)
    slots = [name for name, value in found.items() if isinstance(value, MemberDescriptorType)]
    found |= {name: getattr(layer, name, None) for name in slots}
    return found | getattr(layer, "__dict__", {})


def _arrays(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, Mapping)):
        for member in value.values() if isinstance(value, Mapping) else value:
            yield from _arrays(member)
    elif hasattr(value, "forward") and not isinstance(value, type):
        yield from _arrays(as_layer(value).params)
    elif getattr(value, "ndim", 0) and hasattr(value, "dtype"):
        try:
            backend = backend_of(value)
        except TypeError:  # it looks like an array, but is none of a backend
            return
        if backend.is_floating(value):
            yield value


def _among(array: Any, others: Any) -> bool:
    return any(array is other for other in others)
