"""Pickles and deep copies of graphs, without recursion: a chain may have 100,000 nodes."""

from __future__ import annotations

import weakref
from typing import Any

from xpnet.graph.propagation import topological_order

__all__ = ["Ancestors", "Copying"]


class Ancestors:
    """The ancestors of a variable in topological order.

    Pickling and deep copying descend into the state of an object. The state of a variable begins
    with this list, which is shared by all variables in it. So when the copying comes to the
    inputs of a variable, they are in its memo already, and it does not recurse into them. The
    memo keeps the list alive until the copying ends.
    """

    __slots__ = ("__weakref__", "variables")

    def __init__(self, variables: list[Any] | None = None) -> None:
        self.variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        # the list is the state, so that this object is in the memo before the list is copied
        return Ancestors, (), self.variables

    def __setstate__(self, variables: list[Any]) -> None:
        """The variables of the list have been copied; the copy of the list has no use."""


class Copying:
    """The methods by which a variable is pickled and copied."""

    __slots__ = ("_ancestors",)

    _ancestors: weakref.ref[Ancestors] | None

    def __reduce__(self) -> tuple[Any, ...]:
        ancestors = _shared_ancestors(self)
        if ancestors is None:
            ancestors = Ancestors(topological_order(self, is_end=_is_covered))
            for variable in ancestors.variables or ():
                variable._ancestors = weakref.ref(ancestors)
        slots = [name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())]
        fields = {name: getattr(self, name) for name in slots if name != "_ancestors"}
        fields |= getattr(self, "__dict__", {})  # of subclasses
        return _blank, (type(self),), (ancestors, fields)

    def __setstate__(self, state: tuple[Ancestors, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            setattr(self, name, value)


def _shared_ancestors(variable: Any) -> Ancestors | None:
    """The list of a copying in progress that contains this variable."""
    return None if variable._ancestors is None else variable._ancestors()


def _is_covered(variable: Any) -> bool:
    return _shared_ancestors(variable) is not None


def _blank(kind: type[Copying]) -> Copying:
    made = kind.__new__(kind)
    made._ancestors = None
    return made
