"""The arrays that a layer keeps, and whether a network knows of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MemberDescriptorType
from typing import Any

from xpnet.backends import Array, backend_of
from xpnet.layers import Layer, part

__all__ = ["saved_arrays", "strays"]


def saved_arrays(layer: Any) -> dict[str, list[Any]]:
    """The floating arrays in each attribute of a layer, and in lists, mappings and layers there."""
    found = {name: list(_arrays(value)) for name, value in _attributes(layer).items()}
    return {name: arrays for name, arrays in found.items() if arrays}


def strays(layer: Any, inputs: Sequence[Array], dout: Any) -> tuple[list[str], list[str]]:
    """What a network would not know of: problems, and notes.

    Parameters
    ----------
    layer : layer
        After a forward and a backward.
    inputs : sequence of arrays
    dout : number or array of the output's shape

    Notes
    -----
    An array that another pass leaves in its place is a parameter, or data, that no network trains,
    moves or saves. One that each pass makes anew is what `forward` keeps: a network cannot forget
    it after the step. A plain class, as the chapter writes them, is told the second in a note.
    """
    before = saved_arrays(layer)
    xp = backend_of(*inputs).xp
    layer.forward(*[xp.array(array, copy=True) for array in inputs])  # others, if they are kept
    layer.backward(xp.array(dout, copy=True) if getattr(dout, "ndim", 0) else dout)
    problems: list[str] = []
    notes: list[str] = []
    owned = [*part(layer, "params").values(), *part(layer, "grads").values()]
    for name, arrays in saved_arrays(layer).items():
        if name in part(layer, "saved") or all(_among(array, owned) for array in arrays):
            continue
        if any(_among(array, before.get(name, ())) for array in arrays):
            problems.append(
                f"{name} is a float array that is no parameter, or holds one: a network neither "
                f"trains, moves nor saves it; if it is to learn, write self.add_params({name}=...)"
            )
        else:
            (problems if isinstance(layer, Layer) else notes).append(
                f"{name} is a float array that each pass keeps and `saved` does not list: a "
                f"network cannot forget it after a step; write saved = ({name!r},)"
            )
    return problems, notes


def _attributes(layer: Any) -> dict[str, Any]:
    """What a layer and its classes hold, in slots too; properties are not computed."""
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
        yield from _arrays(part(value, "params"))
    elif getattr(value, "ndim", 0) and hasattr(value, "dtype"):
        try:
            backend = backend_of(value)
        except TypeError:  # it looks like an array, and is none of a backend
            return
        if backend.is_floating(value):
            yield value


def _among(array: Any, others: Any) -> bool:
    return any(array is other for other in others)
