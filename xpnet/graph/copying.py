"""Pickles and deep copies of graphs: a chain of 100,000 nodes is deeper than Python calls go."""

from __future__ import annotations

import weakref
from typing import Any

from xpnet.graph.propagation import in_order

__all__ = ["Copying", "Lineage"]


class Lineage:
    """The variables that lead to one, each behind those that it is made from.

    Pickling and deep copying go down into what an object holds. A variable holds this list out
    to them before its own inputs: each variable in it then finds its inputs copied already, and
    hands out the same list. It lives as long as the copying, whose memo keeps it.
    """

    __slots__ = ("__weakref__", "variables")

    def __init__(self, variables: list[Any] | None = None) -> None:
        self.variables = variables

    def __reduce__(self) -> tuple[Any, ...]:
        # the list is the state, so that the memo knows this object before it goes into the list
        return Lineage, (), self.variables

    def __setstate__(self, variables: list[Any]) -> None:
        """What is in the list has been copied: nobody asks for the list again."""


class Copying:
    """How a variable is pickled and copied."""

    __slots__ = ("_lineage",)

    _lineage: weakref.ref[Lineage] | None

    def __reduce__(self) -> tuple[Any, ...]:
        lineage = _alive(self)
        if lineage is None:
            lineage = Lineage(in_order(self, is_end=_is_covered))
            for variable in lineage.variables or ():
                variable._lineage = weakref.ref(lineage)
        slots = [name for kind in type(self).__mro__ for name in getattr(kind, "__slots__", ())]
        fields = {name: getattr(self, name) for name in slots if name != "_lineage"}
        fields |= getattr(self, "__dict__", {})  # of a subclass
        return _blank, (type(self),), (lineage, fields)

    def __setstate__(self, state: tuple[Lineage, dict[str, Any]]) -> None:
        for name, value in state[1].items():
            setattr(self, name, value)


def _alive(variable: Any) -> Lineage | None:
    """The list that a copying in progress goes through, if this variable is in it."""
    return None if variable._lineage is None else variable._lineage()


def _is_covered(variable: Any) -> bool:
    return _alive(variable) is not None


def _blank(kind: type[Copying]) -> Copying:
    made = kind.__new__(kind)
    made._lineage = None
    return made
