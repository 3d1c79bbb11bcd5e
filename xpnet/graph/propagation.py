"""Backward propagation: the chain rule, one node at a time (chapter 5.2 and 5.3)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from xpnet.errors import GraphError
from xpnet.graph.values import as_value, unbroadcast

__all__ = ["gradients", "input_gradients", "topological_order"]


def topological_order(
    y: Any, ends: Collection[Any] = (), is_end: Callable[[Any], bool] | None = None
) -> list[Any]:
    """The ancestors of `y` and `y` itself, each after its own inputs.

    Parameters
    ----------
    y : Variable
    ends : collection of Variable
        Where the search stops: they are in the list, their inputs are not.
    is_end : callable, optional
        Whether a variable is such an end too.

    Raises
    ------
    GraphError
        A variable is its own ancestor.
    """
    order: list[Any] = []
    end_ids = {id(end) for end in ends}
    begun: set[int] = set()
    done: set[int] = set()
    stack = [y]
    while stack:  # no recursion: a chain of 100,000 nodes is deeper than Python's call stack
        variable = stack[-1]
        if id(variable) in done:
            stack.pop()
        elif id(variable) in begun:
            stack.pop()
            done.add(id(variable))
            order.append(variable)
        else:
            begun.add(id(variable))
            stop = id(variable) in end_ids or (is_end is not None and is_end(variable))
            sources = () if stop else variable.inputs
            remaining = [source for source in sources if id(source) not in done]
            if any(id(source) in begun for source in remaining):
                raise GraphError(
                    f"a cycle: {variable!r} is its own ancestor: make a new variable instead of "
                    "assigning to the inputs of one"
                )
            stack += reversed(remaining)
    return order


def input_gradients(variable: Any, dout: Any) -> tuple[Any, ...]:
    """The gradients that a node passes to its inputs, by its local rule (chapter 5.2.1).

    None for an input without a derivative, such as labels.
    """
    if variable.operation is None:
        return ()
    values = variable._used
    local = variable.operation.backward(dout, variable.value, *values)
    return tuple(
        None if gradient is None else unbroadcast(as_value(gradient, dout, *values), value)
        for gradient, value in zip(local, values, strict=True)
    )


def gradients(y: Any, dout: Any, ends: Collection[Any] = ()) -> list[tuple[Any, Any]]:
    """The gradients of `y` and of all its ancestors.

    Parameters
    ----------
    y : Variable
    dout : number or array, shape of ``y.value``
        The gradient of `y`, with which the propagation starts.
    ends : collection of Variable
        Where the propagation stops.

    Returns
    -------
    list of (Variable, number or array)
        In reverse topological order, `y` first.
    """
    backwards = topological_order(y, ends)[::-1]
    end_ids = {id(end) for end in ends}
    found: dict[int, Any] = {id(y): dout}
    for variable in backwards:
        if id(variable) in end_ids or id(variable) not in found:
            continue
        passed = input_gradients(variable, found[id(variable)])
        for source, gradient in zip(variable.inputs, passed, strict=True):
            key = id(source)
            if gradient is None:
                continue
            if key in found:  # a value that is used twice gets the sum of both gradients
                gradient = as_value(found[key] + gradient, gradient)
            found[key] = gradient
    return [(variable, found[id(variable)]) for variable in backwards if id(variable) in found]
